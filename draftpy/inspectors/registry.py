"""The inspectors there are, and all their facts about a tree."""

from collections.abc import Callable

from draftpy.inspectors import (
    cobol,
    compose,
    crystal,
    dart,
    haskell,
    jekyll,
    julia,
    lua,
    own_dockerfile,
    perl,
    procfile,
    r_lang,
    scheme,
    shell,
    static,
    swift,
    zig,
)
from draftpy.inspectors.beam import elixir, erlang, gleam
from draftpy.inspectors.cpp import inspector as cpp
from draftpy.inspectors.dotnet import inspector as dotnet
from draftpy.inspectors.facts import Facts, Findings, Problem, merge_findings
from draftpy.inspectors.go import inspector as go
from draftpy.inspectors.jvm import clojure, scala
from draftpy.inspectors.jvm import inspector as jvm
from draftpy.inspectors.node import deno
from draftpy.inspectors.node import inspector as node
from draftpy.inspectors.php import inspector as php
from draftpy.inspectors.python import inspector as python
from draftpy.inspectors.ruby import inspector as ruby
from draftpy.inspectors.rust import inspector as rust
from draftpy.source import SourceTree

Inspector = Callable[[SourceTree], Findings]
INSPECTORS: tuple[Inspector, ...] = (
    procfile.inspect,
    compose.inspect,
    own_dockerfile.inspect,
    python.inspect,
    deno.inspect,
    node.inspect,
    go.inspect,
    jvm.inspect,
    dotnet.inspect,
    scala.inspect,
    clojure.inspect,
    swift.inspect,
    haskell.inspect,
    zig.inspect,
    cpp.inspect,
    ruby.inspect,
    jekyll.inspect,
    rust.inspect,
    php.inspect,
    elixir.inspect,
    erlang.inspect,
    gleam.inspect,
    dart.inspect,
    crystal.inspect,
    perl.inspect,
    r_lang.inspect,
    lua.inspect,
    julia.inspect,
    scheme.inspect,
    cobol.inspect,
    shell.inspect,
    static.inspect,
)


def inspect_source(tree: SourceTree, inspectors: tuple[Inspector, ...] = INSPECTORS) -> Facts:
    """Everything that the inspectors know about a tree."""
    return merge_findings(_ask(inspect, tree) for inspect in inspectors)


def _ask(inspect: Inspector, tree: SourceTree) -> Findings:
    """One inspector's findings; whatever a file does to it, the others' facts still hold."""
    try:
        return inspect(tree)
    except Exception as error:  # noqa: BLE001 a bug in one language must not stop the others
        name = inspect.__module__.rpartition(".")[2]
        what = f"looking for {name} failed: {type(error).__name__}: {error}"
        return Findings(problems=(Problem(file=".", what=what, remedy="report it: a bug"),))

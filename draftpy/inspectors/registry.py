"""The inspectors there are, and all their facts about a tree."""

from collections.abc import Callable

from draftpy.inspectors import (
    clojure,
    cobol,
    compose,
    cpp,
    crystal,
    dart,
    deno,
    dotnet,
    elixir,
    erlang,
    gleam,
    go,
    haskell,
    jekyll,
    julia,
    jvm,
    lua,
    node,
    own_dockerfile,
    perl,
    php,
    procfile,
    python,
    r_lang,
    ruby,
    rust,
    scala,
    scheme,
    shell,
    static,
    swift,
    zig,
)
from draftpy.inspectors.facts import Facts, Findings, Problem, merge_findings
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

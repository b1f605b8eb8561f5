"""One package of a Node project: its manifest, its configuration files, what TypeScript makes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import Any

from draftpy.inspectors.commands import StartCommand
from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.node.js_tokens import Kind, Tokens, is_comma, tokenize, until
from draftpy.inspectors.node.json5 import find_mapping, get_at
from draftpy.inspectors.node.manifest import NodeManifest
from draftpy.inspectors.node.scripts import Resolved, resolve
from draftpy.source import SourceTree

_ENDINGS = ("js", "mjs", "cjs", "ts", "mts", "cts")
# Surest first.
START_SCRIPTS = (
    *("start:prod", "start:production", "prod", "production", "start", "serve:prod", "serve"),
    *("server", "start:server"),
)
SCRIPT_ENDINGS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx")
# Scripts called build that pack or publish something else.
_NO_BUILD = re.compile(r"\s*(?:docker|podman|echo|pkg|nexe|electron|eas|git|exit|true)\b")
_BUILDS = re.compile(r"\b(?:build|generate|docs|site|export|bundle|prod)")
_MAX_DEPTH = 3
_COMPILED = {".ts": ".js", ".tsx": ".js", ".mts": ".mjs", ".cts": ".cjs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A configuration file in JavaScript or TypeScript, as tokens."""

    path: str = ""
    tokens: Tokens = ()

    def find(self, *path: str) -> Tokens:
        """The tokens of the value at a path of keys; each is the first one after the one before."""
        start = 0
        for key in path:
            found = next(
                (i for i in range(start, len(self.tokens) - 1) if self._is_key(i, key)), -1
            )
            if found < 0:
                return ()
            start = found + 2
        return until(self.tokens, start, is_comma) if path else ()

    def text(self, *path: str) -> str:
        """The value at a path of keys, if it is a plain text."""
        value = self.find(*path)
        return value[0].text if len(value) == 1 and value[0].kind is Kind.STRING else ""

    def last_text(self, *path: str) -> str:
        """The last text in a value: the `dist` of `path.resolve(__dirname, "dist")`."""
        texts = [token.text for token in self.find(*path) if token.kind is Kind.STRING]
        return texts[-1] if texts else ""

    def says(self, word: str, *path: str) -> bool:
        """Whether the value at a path is this word, such as `false`."""
        value = self.find(*path)
        return len(value) == 1 and value[0].text == word

    def line_of(self, key: str) -> int:
        """The line of the first such key."""
        found = (t.line for i, t in enumerate(self.tokens[:-1]) if self._is_key(i, key))
        return next(found, 0)

    @property
    def imports(self) -> frozenset[str]:
        """Every text that may name a package."""
        return frozenset(token.text for token in self.tokens if token.kind is Kind.STRING)

    def _is_key(self, index: int, key: str) -> bool:
        return self.tokens[index].text == key and self.tokens[index + 1].is_sign(":")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One package: `tree` is of its own folder."""

    tree: SourceTree
    manifest: NodeManifest
    tsconfig: Mapping[str, Any] = field(default_factory=dict)
    script_name: str = ""
    script: Resolved | None = None
    script_evidence: Evidence | None = None

    @property
    def command(self) -> StartCommand | None:
        """What its start script comes down to."""
        return self.script.command if self.script else None

    def config(self, *stems: str) -> Config:
        """The first configuration file of these names; an empty one if there is none."""
        for stem in stems:
            for ending in _ENDINGS:
                text = self.tree.find_text(f"{stem}.{ending}")
                if text is not None:
                    return Config(path=f"{stem}.{ending}", tokens=tokenize(text))
        return Config()

    def mapping(self, path: str) -> dict[str, Any]:
        """A JSON file, comments allowed; empty if absent or broken."""
        return find_mapping(self.tree.find_text(path))

    def is_there(self, script: str) -> bool:
        """Whether Node would find this file: as it is named, or by what it tries then."""
        path = normpath(script)
        tried = ("", ".js", ".mjs", ".cjs", ".json", "/index.js", "/index.mjs")
        if any(self.tree.has(normpath(f"{path}{ending}")) for ending in tried):
            return True
        # Folders of build output are not listed, but may have been committed.
        inside = not path.startswith(("/", ".."))
        return inside and (self.tree.root / path).is_file() and not self.builds

    @property
    def builds(self) -> str:
        """The script that builds it, "" if there is none."""
        names = ("build:prod", "build:production", "build", "compile", "heroku-postbuild")
        scripts = self.manifest.scripts
        found = [n for n in names if scripts.get(n, "").strip() and not _NO_BUILD.match(scripts[n])]
        if "build" in found:
            return "build"
        return found[0] if found else ""

    def flattened(self, name: str, depth: int = 0) -> str:
        """A script's text, followed by those of the scripts that it names."""
        text = self.manifest.scripts.get(name, "")
        words = re.findall(r"[\w:.-]+", text) if depth < _MAX_DEPTH else []
        named = [word for word in words if word in self.manifest.scripts and word != name]
        return " && ".join([text, *(self.flattened(word, depth + 1) for word in named)])

    def script_with(self, *commands: str) -> str:
        """The script that runs one of these commands to build; "" if there is none."""
        telling = [name for name in self.manifest.scripts if _BUILDS.search(name)]
        for name in dict.fromkeys([*filter(None, [self.builds]), *telling]):
            text = f" {self.flattened(name)} "
            if any(re.search(rf"[\s/]{re.escape(command)}[\s;&\"']", text) for command in commands):
                return name
        return ""

    @property
    def is_typescript(self) -> bool:
        """Whether its sources are compiled by tsc's rules."""
        return bool(self.tsconfig) and self.manifest.knows("typescript")

    def compiled(self, source: str) -> str:
        """Where tsc puts what it makes of a source file."""
        stem, dot, ending = source.rpartition(".")
        target = f"{stem}{_COMPILED.get(dot + ending, dot + ending)}"
        out = get_at(self.tsconfig, "compilerOptions", "outDir")
        if not isinstance(out, str):
            return target
        root = get_at(self.tsconfig, "compilerOptions", "rootDir") or self._common_root()
        inside = re.sub(rf"^{re.escape(normpath(str(root)))}/", "", target)
        return normpath(join(out, inside))

    def _common_root(self) -> str:
        """What tsc takes as root if it is not told: the one folder of all its sources."""
        tops = {
            file.split("/")[0] if "/" in file else "."
            for file in self.tree.files
            if file.endswith((".ts", ".tsx", ".mts"))
            and not file.endswith((".d.ts", ".config.ts", ".test.ts", ".spec.ts"))
            and self._is_included(file)
        }
        return next(iter(tops)) if len(tops) == 1 else "."

    def _is_included(self, file: str) -> bool:
        given = self.tsconfig.get("include")
        patterns = [str(item) for item in given] if isinstance(given, list) else []
        excluded = self.tsconfig.get("exclude")
        left_out = [str(item) for item in excluded] if isinstance(excluded, list) else []
        if any(file.startswith(normpath(item.split("*")[0] or "-")) for item in left_out):
            return False
        return not patterns or any(
            file.startswith(item.split("*")[0].removeprefix("./")) for item in patterns
        )


def load_package(tree: SourceTree, manifest: NodeManifest) -> Package:
    """The package of a tree."""
    found = ((name, resolve(name, manifest.scripts)) for name in START_SCRIPTS)
    known = [(name, script) for name, script in found if script]
    # Where one script serves developers only, the next may serve users.
    serving = [item for item in known if item[1].serves]
    name, script = next(iter([*serving, *known]), ("", None))
    return Package(
        tree=tree,
        manifest=manifest,
        tsconfig=find_mapping(tree.find_text("tsconfig.json")),
        script_name=name,
        script=script,
    )


def evidence_in(config: Config, key: str, means: str) -> Evidence:
    """The place of a key in a configuration file."""
    return Evidence(file=config.path, line=config.line_of(key), means=means)

"""Cargo packages and workspaces → facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname

from draftpy.inspectors.code_files import CodeFile, read_code
from draftpy.inspectors.facts import (
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.procfile import find_start
from draftpy.inspectors.read_paths import find_read_paths
from draftpy.inspectors.rust.manifests import MANIFEST, Binary, Crate, Crates, load_crates
from draftpy.inspectors.rust.system import find_system_packages
from draftpy.inspectors.rust.web import DIALECT, FRAMEWORKS, web_facts, web_problems
from draftpy.inspectors.versions import RUST
from draftpy.source import SourceTree

_LIKELY = ("web", "server", "api", "app", "backend", "service", "main")
_ASIDE = re.compile(r"(?:^|[/_-])(?:xtask|tests?|benches|bench|examples?|fuzz|cli|codegen|tools?)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    """The program that is built: of which package."""

    crate: Crate
    binary: Binary


def inspect(tree: SourceTree) -> Findings:
    """Facts `rust.*`; empty without Cargo.toml."""
    if not tree.has(MANIFEST):
        return Findings()
    crates = load_crates(tree)
    if not crates.root:
        return Findings(problems=crates.problems)
    programs = _rank(tree, crates)
    facts = [Fact(key="rust.manifest", value=MANIFEST, evidence=Evidence(file=MANIFEST))]
    problems = [*crates.problems, *_problems(crates, programs)]
    if programs:
        files = _read_files(tree, crates, programs[0])
        facts += _program_facts(tree, crates, programs, files)
        problems += web_problems(programs[0].crate, files)
    facts.append(_version(tree, crates))
    return Findings(facts=tuple(facts), problems=tuple(problems))


def _rank(tree: SourceTree, crates: Crates) -> list[_Program]:
    """Every program, the likeliest first."""
    crates_here = [c for c in crates.crates if not _is_for_browsers(c)]
    found = [_Program(crate=c, binary=b) for c in crates_here for b in c.binaries]
    names = {c.name for c in crates.crates if not c.folder}

    start = find_start(tree)
    wanted = start.names if start else frozenset()

    def order(program: _Program) -> tuple[object, ...]:
        crate, binary = program.crate, program.binary
        text = tree.find_text(binary.path) or ""
        return (
            binary.name not in wanted,
            bool(crate.default_run) and crate.default_run != binary.name,
            bool(crates.defaults) and crate.folder not in crates.defaults,
            bool(_ASIDE.search(crate.folder) or _ASIDE.search(binary.name)),
            not any(name in crate.dependencies for name in FRAMEWORKS),
            not DIALECT.listens.search(text),
            bool(crate.folder),
            re.split(r"[-_]", binary.name)[-1] not in _LIKELY and binary.name not in names,
            not binary.path.endswith("src/main.rs"),
            crate.folder,
            binary.name,
        )

    return sorted(found, key=order)


def _is_for_browsers(crate: Crate) -> bool:
    """Whether it is compiled to WebAssembly, not to a program of the system."""
    return any(name in crate.dependencies for name in ("yew", "sycamore", "seed")) and not any(
        name in crate.dependencies for name in FRAMEWORKS
    )


def _program_facts(
    tree: SourceTree, crates: Crates, programs: list[_Program], files: list[CodeFile]
) -> Iterator[Fact]:
    program = programs[0]
    crate, binary = program.crate, program.binary
    text = tree.find_text(binary.path) or ""
    at = text.find("fn main")
    line = text.count("\n", 0, at) + 1 if at >= 0 else 0
    where = Evidence(
        file=binary.path, line=line, text="fn main" if line else "", means=f"built as {binary.name}"
    )
    yield Fact(key="rust.package", value=crate.name, evidence=where)
    yield Fact(key="rust.binary", value=binary.name)
    yield from web_facts(tree, crate, files)
    system = find_system_packages(tree, crates)
    start = find_start(tree)
    facts: dict[str, FactValue] = {
        "arguments": (start.arguments_of(binary.name) if start else None) or (),
        "build": _build(tree, crates, program, len(programs)),
        "output": system.output,
        "is_locked": tree.has("Cargo.lock"),
        "is_offline": any(tree.match(".sqlx/*")) or tree.has("sqlx-data.json"),
        "build_packages": system.build,
        "run_packages": system.run,
        "assets": _assets(tree, crate, files),
    }
    for name, value in facts.items():
        yield Fact(key=f"rust.{name}", value=value)


def _build(tree: SourceTree, crates: Crates, program: _Program, count: int) -> tuple[str, ...]:
    words = ["cargo", "build", "--release"]
    words += ["--locked"] if tree.has("Cargo.lock") else []
    words += ["--package", program.crate.name] if crates.is_workspace else []
    words += ["--bin", program.binary.name] if count > 1 else []
    features = program.binary.features
    words += ["--features", ",".join(features)] if features else []
    return tuple(words)


def _read_files(tree: SourceTree, crates: Crates, program: _Program) -> list[CodeFile]:
    """The program's own files first; other programs' main files say nothing about it."""
    crate, binary = program.crate, program.binary
    others = {b.path for c in crates.crates for b in c.binaries} - {binary.path}
    folder = f"{crate.folder}/" if crate.folder else ""
    members = {c.folder for c in crates.crates if c.folder}
    mine = {crate.folder, *_needed(crate, crates)}

    def is_wanted(path: str) -> bool:
        home = next(
            (m for m in sorted(members, key=len, reverse=True) if path.startswith(f"{m}/")), ""
        )
        parts = path.split("/")
        return (
            home in mine and path not in others and not {"tests", "benches", "examples"} & {*parts}
        )

    files = read_code(tree, (".rs",), is_wanted=is_wanted)
    start = dirname(binary.path)
    files.sort(
        key=lambda f: (
            f.path != binary.path,
            not f.path.startswith(start),
            not f.path.startswith(folder),
        )
    )
    return files


def _needed(crate: Crate, crates: Crates) -> set[str]:
    """The folders of the workspace's packages that this one depends on, directly or not."""
    by_name = {each.name: each for each in crates.crates}
    found: set[str] = set()
    pending = [crate]
    while pending:
        for name in pending.pop().dependencies:
            other = by_name.get(name)
            if other and other.folder not in found:
                found.add(other.folder)
                pending.append(other)
    return found


def _assets(tree: SourceTree, crate: Crate, files: list[CodeFile]) -> tuple[str, ...]:
    found = set(find_read_paths(tree, files))
    if "rocket" in crate.dependencies and tree.has("Rocket.toml"):
        found.add("Rocket.toml")
    if "rocket_dyn_templates" in crate.dependencies and any(tree.match("templates/*")):
        found.add("templates")
    if "sqlx" in crate.dependencies or "diesel_migrations" in crate.dependencies:
        found.discard("migrations")  # Their macros put them into the program.
    return tuple(sorted(found))


def _version(tree: SourceTree, crates: Crates) -> Fact:
    """A pinned toolchain, else a lower bound that today's compiler meets, else today's."""
    for name in ("rust-toolchain.toml", "rust-toolchain"):
        text = tree.find_text(name)
        match = re.search(
            r"(?:channel\s*=\s*\"|^)(\d+\.\d+(?:\.\d+)?|nightly[\w-]*)", text or "", re.M
        )
        if text and match:
            line = text.count("\n", 0, match.start()) + 1
            where = Evidence(file=name, line=line, text=text.splitlines()[line - 1].strip())
            return Fact(key="rust.version", value=match[1], evidence=where)
    for crate in crates.crates:
        given = crate.doc["package"].get("rust-version")
        if isinstance(given, str):
            line = crate.line_of("rust-version")
            where = Evidence(file=crate.path, line=line, text=f'rust-version = "{given}"')
            return Fact(key="rust.version", value=RUST.default, evidence=where)
    return Fact(key="rust.version", value=RUST.default)


def _problems(crates: Crates, programs: list[_Program]) -> Iterator[Problem]:
    if not programs and crates.crates:
        what = "builds a library: it has no program"
        yield Problem(file=MANIFEST, what=what, is_note=True)
    if len(programs) > 1:
        others = ", ".join(p.binary.name for p in programs[1:])
        what = f"{basename(programs[0].binary.name)} is the program that is built; others: {others}"
        remedy = "change the cargo build line of the Dockerfile for another"
        yield Problem(file=MANIFEST, what=what, remedy=remedy, is_note=True)

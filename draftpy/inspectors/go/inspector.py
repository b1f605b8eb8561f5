"""Go modules and workspaces → facts."""

import re
from collections.abc import Iterator

from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import (
    AppKind,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.go.cgo import find_cgo
from draftpy.inspectors.go.modules import MOD, WORK, GoModule, GoModules, load_modules
from draftpy.inspectors.go.programs import (
    GoFile,
    Program,
    embedded_roots,
    files_of,
    find_programs,
    read_go_files,
)
from draftpy.inspectors.go.web import (
    find_arguments,
    find_framework,
    find_kind,
    health_facts,
    listening_of,
)
from draftpy.inspectors.listening import Listening
from draftpy.inspectors.procfile import find_start
from draftpy.inspectors.read_paths import find_read_paths
from draftpy.inspectors.versions import GO
from draftpy.source import SourceTree

_MAX_FILES = 300
# Read by frameworks under names that no literal holds.
_USUAL_ASSETS = ("templates", "static", "public", "views")


def inspect(tree: SourceTree) -> Findings:
    """Facts `go.*`; empty without go.mod, go.work or a main.go at the root."""
    modules = load_modules(tree)
    if not modules.modules and not modules.problems and tree.has("main.go"):
        return _inspect_script(tree)
    if not modules.modules:
        return Findings(problems=modules.problems)
    files = read_go_files(tree)
    start = find_start(tree)
    programs = find_programs(files, modules, start.names if start else frozenset())
    manifest = WORK if modules.is_workspace else MOD
    facts = [Fact(key="go.manifest", value=manifest, evidence=Evidence(file=manifest, line=1))]
    problems = [*modules.problems]
    if programs:
        # What is nearest to the program says most.
        mine = files_of(programs[0], files, modules)[:_MAX_FILES]
        listening = listening_of(mine)
        facts += _program_facts(tree, programs[0], mine, listening)
        problems += _problems(programs, listening)
    facts += [_version(modules), *_module_facts(tree, modules)]
    return Findings(facts=tuple(facts), problems=tuple(problems))


def _inspect_script(tree: SourceTree) -> Findings:
    """A main.go without go.mod: the image makes one."""
    module = GoModule(folder="", path="app")
    modules = GoModules(modules=(module,))
    files = [file for file in read_go_files(tree) if not file.folder]
    programs = find_programs(files, modules)
    if not programs:
        return Findings()
    where = Evidence(file="main.go", text="no go.mod stands beside it")
    facts = [
        Fact(key="go.script", value="main.go", evidence=where),
        *_program_facts(tree, programs[0], files, listening_of(files)),
        Fact(key="go.version", value=GO.default),
        Fact(key="go.mod_files", value=()),
        Fact(key="go.needs_module", value=True),
    ]
    return Findings(facts=tuple(facts))


def _program_facts(
    tree: SourceTree, program: Program, files: list[GoFile], listening: Listening
) -> Iterator[Fact]:
    means = f"built from {program.package}"
    where = Evidence(
        file=program.main.file.path, line=program.line, text="func main()", means=means
    )
    framework = tuple(find_framework(program.module, files))
    title = str(framework[1].value) if framework else ""
    yield from framework
    yield Fact(key="go.package", value=program.package, evidence=where)
    kind = find_kind(files, title)
    yield Fact(key="go.kind", value=str(kind))
    if kind is AppKind.WEB:
        yield from listening.facts("go")
        yield from health_facts(files)
    start = find_start(tree)
    told = start.arguments_of(program.name) if start else None
    arguments = find_arguments(files, title, PORT_MARK) if told is None else told
    if arguments:
        source = start.evidence if start and told else None
        yield Fact(key="go.arguments", value=arguments, evidence=source)
    yield Fact(key="go.assets", value=_assets(tree, files))
    cgo = find_cgo(program.module, files)
    facts: dict[str, FactValue] = {
        "uses_cgo": cgo.is_used,
        "build_packages": cgo.build,
        "run_packages": cgo.run,
    }
    for name, value in facts.items():
        yield Fact(key=f"go.{name}", value=value, evidence=cgo.evidence if value else None)


def _assets(tree: SourceTree, files: list[GoFile]) -> tuple[str, ...]:
    """What is read at run time and not put into the program."""
    embedded = embedded_roots(files)
    folders = {path.split("/", 1)[0] for path in tree.files if "/" in path}
    usual = set() if embedded else {name for name in _USUAL_ASSETS if name in folders}
    named = set(find_read_paths(tree, (file.file for file in files)))
    packages = {file.folder.split("/")[0] for file in files}
    return tuple(sorted((named | usual) - embedded - (packages - set(_USUAL_ASSETS))))


def _version(modules: GoModules) -> Fact:
    """`toolchain`, else `go`: both are lower bounds, so the default serves unless it is older."""
    best = Fact(key="go.version", value=GO.default)
    newest = _numbers(GO.default)
    is_told = False
    for module in modules.modules:
        for pattern in (r"^toolchain\s+go(\d+\.\d+)", r"^go\s+(\d+\.\d+)"):
            match = re.search(pattern, module.text, re.MULTILINE)
            if not match or (is_told and _numbers(match[1]) <= newest):
                continue
            line = module.text.count("\n", 0, match.start()) + 1
            where = Evidence(file=module.file, line=line, text=match[0])
            newest = max(newest, _numbers(match[1]))
            is_told = True
            value = ".".join(str(number) for number in newest)
            best = Fact(key="go.version", value=value, evidence=where)
            break
    return best


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def _module_facts(tree: SourceTree, modules: GoModules) -> Iterator[Fact]:
    replaces = any(module.replaces_locally for module in modules.modules)
    facts: dict[str, FactValue] = {
        "mod_files": tuple(name for name in (MOD, "go.sum") if tree.has(name)),
        "has_packages": any(module.requirements for module in modules.modules),
        "is_vendored": (tree.root / "vendor" / "modules.txt").is_file(),
        "needs_source": replaces or modules.is_workspace,
        "needs_sums": _needs_sums(tree, modules),
    }
    for name, value in facts.items():
        yield Fact(key=f"go.{name}", value=value)


def _needs_sums(tree: SourceTree, modules: GoModules) -> bool:
    """Without go.sum Go builds nothing that requires a module."""
    requires = any(module.requirements for module in modules.modules)
    return requires and not modules.is_workspace and not tree.has("go.sum")


def _problems(programs: list[Program], listening: Listening) -> Iterator[Problem]:
    folders = [program.folder or "." for program in programs]
    if len(folders) > 1:
        what = f"is the program that is built; others: {', '.join(folders[1:])}"
        remedy = "change the go build line of the Dockerfile for another"
        yield Problem(file=folders[0], what=what, remedy=remedy, is_note=True)
    if listening.problem:
        yield listening.problem

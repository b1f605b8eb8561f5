"""CMakeLists.txt files → programs and wanted packages, by reading their commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join, normpath

from draftpy.inspectors.cpp.build import NativeBuild, NativeProgram, rank
from draftpy.inspectors.facts import Evidence
from draftpy.source import SourceTree

MANIFEST = "CMakeLists.txt"
_TOKEN = re.compile(
    r"#\[(=*)\[.*?\]\1\]|#[^\n]*|\[(=*)\[.*?\]\2\]|(?P<quoted>\"(?:\\.|[^\"\\])*\")"
    r"|(?P<paren>[()])|(?P<word>(?:\\.|[^\s()\"#])+)",
    re.DOTALL,
)
_VARIABLE = re.compile(r"\$\{([\w.\-]+)\}")
_MAX_FILES = 100
_FETCHING = ("fetchcontent_declare", "externalproject_add", "cpmaddpackage", "cpmfindpackage")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    name: str
    args: tuple[str, ...]
    line: int


@dataclass(slots=True, kw_only=True)
class _State:
    """What the commands so far have said."""

    tree: SourceTree
    variables: dict[str, str] = field(default_factory=dict)
    programs: list[NativeProgram] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    wants: list[str] = field(default_factory=list)
    project: str = ""
    fetches: bool = False
    moves: bool = False
    files: int = 0


def read_cmake(tree: SourceTree) -> NativeBuild | None:
    """The build of the root's CMakeLists.txt and its sub-folders."""
    if not tree.has(MANIFEST):
        return None
    state = _State(tree=tree)
    _run(state, "")
    programs = [
        NativeProgram(
            name=state.names.get(p.name, p.name),
            path="" if state.moves else join(p.path, state.names.get(p.name, p.name)),
            evidence=p.evidence,
            target=p.name,
        )
        for p in state.programs
    ]
    return NativeBuild(
        tool="cmake",
        manifest=MANIFEST,
        programs=rank(programs, state.project),
        wants=tuple(dict.fromkeys(state.wants)),
        fetches=state.fetches,
        name=state.project,
    )


def parse_cmake(text: str) -> Iterator[_Command]:
    """Every command with its arguments, as they are written."""
    name, args, depth, line = "", list[str](), 0, 0
    for match in _TOKEN.finditer(text):
        if match["paren"] == "(":
            depth += 1
            line = text.count("\n", 0, match.start()) + 1 if depth == 1 else line
        elif match["paren"] == ")" and depth:
            depth -= 1
            if depth == 0:
                yield _Command(name=name.lower(), args=tuple(args), line=line)
                args = []
        elif match["word"] or match["quoted"]:
            word = match["word"] or match["quoted"][1:-1]
            if depth:
                args.append(word)
            else:
                name = word


def _run(state: _State, folder: str) -> None:
    path = join(folder, MANIFEST)
    text = state.tree.find_text(path)
    state.files += 1
    if text is None or state.files > _MAX_FILES:
        return
    for command in parse_cmake(text):
        args = [_expand(state, arg) for arg in command.args]
        if args:
            _obey(state, folder, command, args)


def _obey(state: _State, folder: str, command: _Command, args: list[str]) -> None:
    match command.name:
        case "project":
            state.project = state.project or args[0]
            state.variables |= {"PROJECT_NAME": args[0], "CMAKE_PROJECT_NAME": state.project}
        case "set" if len(args) > 1:
            state.variables[args[0]] = args[1]
            state.moves |= args[0] in ("CMAKE_RUNTIME_OUTPUT_DIRECTORY", "EXECUTABLE_OUTPUT_PATH")
        case "add_subdirectory":
            _run(state, normpath(join(folder, args[0])))
        case "add_executable" | "qt_add_executable":
            _add_program(state, folder, command, args)
        case "set_target_properties" | "set_property":
            state.moves |= "RUNTIME_OUTPUT_DIRECTORY" in args
            if "OUTPUT_NAME" in args[:-1]:
                state.names[args[0]] = args[args.index("OUTPUT_NAME") + 1]
        case name if name in _FETCHING:
            state.fetches = True
        case name:
            state.wants += _wants(name, args)


def _wants(name: str, args: list[str]) -> list[str]:
    """What a command looks for outside the project."""
    match name:
        case "find_package":
            parts = [arg for arg in args[1:] if arg.islower() and arg.isidentifier()]
            return [args[0], *(f"{args[0]}::{part}" for part in parts)]
        case "pkg_check_modules":
            words = [w for w in args[1:] if w not in ("REQUIRED", "IMPORTED_TARGET", "QUIET")]
            return [re.split(r"[<>=]", word)[0] for word in words]
        case "target_link_libraries" | "find_library":
            return [f"-l{arg.removeprefix('-l')}" for arg in args[1:] if "::" not in arg]
    return []


def _add_program(state: _State, folder: str, command: _Command, args: list[str]) -> None:
    if "IMPORTED" in args or "ALIAS" in args or "${" in args[0]:
        return
    where = Evidence(
        file=join(folder, MANIFEST), line=command.line, text=f"add_executable({args[0]} …)"
    )
    path = join("build", folder) if folder else "build"
    state.programs.append(NativeProgram(name=args[0], path=path, evidence=where))


def _expand(state: _State, text: str) -> str:
    for _ in range(4):
        if "${" not in text:
            break
        text = _VARIABLE.sub(lambda m: state.variables.get(m[1], m[0]), text)
    return text

"""C and C++ programs, built by CMake, Meson, Make or the compiler alone → facts."""

import re
from collections.abc import Iterator

from draftpy.inspectors.code_files import CodeFile, read_code
from draftpy.inspectors.cpp.build import ASIDE, NativeBuild, NativeProgram
from draftpy.inspectors.cpp.cmake import read_cmake
from draftpy.inspectors.cpp.make import MAIN, read_make, read_meson, read_sources
from draftpy.inspectors.cpp.packages import find_by_headers, find_packages
from draftpy.inspectors.facts import AppKind, Evidence, Fact, FactValue, Findings, Problem
from draftpy.inspectors.listening import Dialect, find_listening, serves
from draftpy.inspectors.read_paths import find_read_paths
from draftpy.source import SourceTree

_C = (".c", ".h")
_CPP = (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx", ".cppm")
_TOOLS = {
    "cmake": ("build-essential", "cmake", "ninja-build", "pkg-config"),
    "meson": ("build-essential", "meson", "pkg-config"),
    "make": ("build-essential", "pkg-config"),
    "compiler": ("build-essential",),
}
_FRAMEWORKS = (
    (re.compile(r"#\s*include\s*[<\"](?:drogon/|drogon\.h)"), "Drogon"),
    (re.compile(r"#\s*include\s*[<\"](?:crow\.h|crow_all\.h|crow/)"), "Crow"),
    (re.compile(r"#\s*include\s*[<\"][\w/]*httplib\.h"), "cpp-httplib"),
    (re.compile(r"#\s*include\s*[<\"]oatpp/"), "oatpp"),
    (re.compile(r"#\s*include\s*[<\"]pistache/"), "Pistache"),
    (re.compile(r"#\s*include\s*[<\"]boost/beast"), "Boost.Beast"),
    (re.compile(r"#\s*include\s*[<\"]mongoose\.h"), "Mongoose"),
    (re.compile(r"#\s*include\s*[<\"]microhttpd\.h"), "libmicrohttpd"),
    (re.compile(r"#\s*include\s*[<\"][Pp]oco/Net"), "POCO"),
    (re.compile(r"#\s*include\s*[<\"]App\.h\""), "uWebSockets"),
)
_DIALECT = Dialect(
    reads=re.compile(r"\bgetenv\(\s*\"(\w+)\""),
    listens=re.compile(
        r"\blisten\s*\(|\bhttplib::(?:SSL)?Server|\bcrow::|\bdrogon::|\bapp\(\)\.addListener"
        r"|\btcp::acceptor|\bmg_http_listen|\bmg_bind|\bMHD_start_daemon|\bHTTPServer\b|\boatpp::"
        r"|\bHttp::Endpoint|\buWS::|\bhttp_listener\b"
    ),
    ports=(
        re.compile(r"\baddListener\(\s*\"[^\"]*\"\s*,\s*(?P<port>\d{2,5})"),
        re.compile(r"\blisten\(\s*\"[^\"]*\"\s*,\s*(?P<port>\d{2,5})"),
        re.compile(r"\.(?:port|listen)\(\s*(?P<port>\d{2,5})\b"),
        re.compile(r"\bhtons\(\s*(?P<port>\d{2,5})\s*\)"),
        re.compile(r"\bMHD_start_daemon\([^;]*?,\s*(?P<port>\d{4,5})\s*,", re.DOTALL),
        re.compile(
            r"\b(?:tcp::endpoint|Port|ServerSocket)\b[^;\n]*?[\(\{,\s](?P<port>\d{2,5})\s*[\)\}]"
        ),
        re.compile(r"\{\s*\"[\d.]+\"\s*,\s*(?P<port>\d{2,5})\s*[,}]"),
        re.compile(r"\"(?:https?://)?[\d.]+:(?P<port>\d{2,5})\""),
        re.compile(r"(?:\b|_)port[^\n\"=,;()]{0,20}[={]\s*(?P<port>\d{4,5})\b", re.IGNORECASE),
        re.compile(r"#\s*define\s+\w*PORT\w*\s+\(?(?P<port>\d{2,5})\b"),
    ),
)


def inspect(tree: SourceTree) -> Findings:
    """Facts `cpp.*`; empty without a build file or a main function at the root."""
    files = read_code(tree, (*_C, *_CPP), is_wanted=lambda path: not ASIDE.search(path))
    has_main = any(MAIN.search(file.code) for file in files)
    if not has_main:
        return Findings()
    build = read_cmake(tree) or read_meson(tree) or read_make(tree)
    if build is None or not build.programs:
        build = read_sources(files) or build
    if build is None:
        return Findings()
    facts: list[Fact] = []
    if build.manifest:
        where = Evidence(file=build.manifest)
        facts.append(Fact(key="cpp.manifest", value=build.manifest, evidence=where))
    if not build.programs:
        problem = Problem(file=build.manifest, what="builds no program", is_note=True)
        return Findings(facts=tuple(facts), problems=(problem,))
    program = build.programs[0]
    facts += [
        Fact(key="cpp.program", value=program.name, evidence=program.evidence),
        *_web_facts(tree, files),
        *_build_facts(tree, build, program, files),
    ]
    return Findings(facts=tuple(facts), problems=tuple(_problems(build, files)))


def _web_facts(tree: SourceTree, files: list[CodeFile]) -> Iterator[Fact]:
    for pattern, title in _FRAMEWORKS:
        found = next(((f, m) for f in files if (m := pattern.search(f.code))), None)
        if found:
            where = found[0].evidence(found[1])
            yield Fact(key="cpp.framework", value=title.lower(), evidence=where)
            yield Fact(key="cpp.framework_title", value=title)
            break
    listens = serves(files, _DIALECT) is not None
    yield Fact(key="cpp.kind", value=str(AppKind.WEB if listens else AppKind.WORKER))
    if listens:
        yield from find_listening(files, _DIALECT).facts("cpp")
    yield Fact(key="cpp.assets", value=find_read_paths(tree, files))


def _build_facts(
    tree: SourceTree, build: NativeBuild, program: NativeProgram, files: list[CodeFile]
) -> Iterator[Fact]:
    libraries = {*find_packages(build.wants), *find_by_headers((f.code for f in files), tree.files)}
    tools = {*_TOOLS[build.tool]} | ({"git", "ca-certificates"} if build.fetches else set())
    commands, product = _commands(build, program, files)
    facts: dict[str, FactValue] = {
        "build": commands,
        "product": product,
        "build_packages": tuple(sorted(tools | libraries)),
        "has_libraries": bool(libraries),
        "language": "C++" if any(f.path.endswith(_CPP) for f in files) else "C",
    }
    for name, value in facts.items():
        yield Fact(key=f"cpp.{name}", value=value)


def _commands(
    build: NativeBuild, program: NativeProgram, files: list[CodeFile]
) -> tuple[tuple[str, ...], str]:
    commands: tuple[str, ...]
    match build.tool:
        case "cmake":
            commands = (
                "cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release",
                f"cmake --build build --target {program.target}",
            )
        case "meson":
            commands = ("meson setup build --buildtype=release", "meson compile -C build")
        case "make":
            commands = ("make",)
        case _:
            return (_compile(program, files),), f"/out/{program.name}"
    found = f'"$(find . -type f -name {program.name} -perm -u+x | head -n 1)"'
    return commands, program.path or found


def _compile(program: NativeProgram, files: list[CodeFile]) -> str:
    is_cpp = any(f.path.endswith(_CPP) for f in files)
    own = [f for f in files if "/" not in f.path and f.path.endswith((".c", ".cpp", ".cc", ".cxx"))]
    compiler = "g++ -std=c++20" if is_cpp else "gcc"
    return f"{compiler} -O2 -pthread -o /out/{program.name} {' '.join(f.path for f in own)}"


def _problems(build: NativeBuild, files: list[CodeFile]) -> Iterator[Problem]:
    if len(build.programs) > 1:
        others = ", ".join(program.name for program in build.programs[1:])
        what = f"{build.programs[0].name} is the program that is used; others: {others}"
        remedy = "change the Dockerfile for another"
        yield Problem(file=build.manifest, what=what, remedy=remedy, is_note=True)
    problem = find_listening(files, _DIALECT).problem
    if problem:
        yield problem

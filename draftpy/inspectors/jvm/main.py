"""The classes of a source folder that can be started: Java, Kotlin, Scala."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, splitext

from draftpy.inspectors.code_files import CodeFile
from draftpy.inspectors.facts import Evidence

ENDINGS = (".java", ".kt", ".scala", ".groovy")
_PACKAGE = re.compile(r"^\s*package\s+([\w.`]+)", re.MULTILINE)
_JAVA = re.compile(
    r"(?:public\s+static|static\s+public|static)\s+(?:final\s+)?void\s+main"
    r"\s*\(\s*(?:final\s+)?String[^)\n]*\)?"
)
_GROOVY = re.compile(r"static\s+(?:void|def|main)\s*\w*\s*\(\s*(?:String|args)")
_KOTLIN = re.compile(r"^(?:suspend\s+|public\s+)*fun\s+main\s*\(", re.MULTILINE)
_KOTLIN_OBJECT = re.compile(
    r"^(?:public\s+)?(?:(companion\s+object)|object\s+(\w+)).*?@JvmStatic\s+fun\s+main\s*\(",
    re.MULTILINE | re.DOTALL,
)
_JVM_NAME = re.compile(r"@file\s*:\s*JvmName\(\s*\"(\w+)\"")
_SCALA_OBJECT = re.compile(
    r"^object\s+(\w+)[^\n{:]*\bextends\b[^\n{]*\b(?:App|IOApp(?:\.Simple)?|ZIOAppDefault|ZIOApp"
    r"|MainRoutes|App\.Simple|TwitterServer|HttpServer)\b",
    re.MULTILINE,
)
_SCALA_MAIN = re.compile(r"^object\s+(\w+)\b", re.MULTILINE)
_SCALA_DEF = re.compile(r"\bdef\s+main\s*\(\s*\w+\s*:\s*Array")
_SCALA_3 = re.compile(r"@main\s+(?:final\s+)?def\s+(\w+)")
_LIKELY = ("Main", "App", "Application", "Server", "Launcher", "Program")
_STARTS_SPRING = re.compile(r"@SpringBootApplication|@EnableAutoConfiguration")


@dataclass(frozen=True, slots=True, kw_only=True)
class MainClass:
    """A class with a main method; `is_spring`: it is a Spring Boot application."""

    name: str
    path: str
    evidence: Evidence
    is_spring: bool = False


def find_mains(files: list[CodeFile]) -> list[MainClass]:
    """Every class that can be started, the likeliest first."""
    found = [
        main
        for file in files
        if "main" in file.code or file.path.endswith(".scala")
        for main in _mains_of(file)
    ]

    def order(main: MainClass) -> tuple[bool, bool, int, str]:
        short = main.name.rpartition(".")[2].removesuffix("Kt")
        is_likely = any(short.endswith(word) for word in _LIKELY)
        return not main.is_spring, not is_likely, main.path.count("/"), main.path

    return sorted(found, key=order)


def _mains_of(file: CodeFile) -> Iterator[MainClass]:
    stem, ending = splitext(basename(file.path))
    match ending:
        case ".java":
            yield from _simple(file, _JAVA, stem)
        case ".groovy":
            yield from _simple(file, _GROOVY, stem)
        case ".kt":
            yield from _kotlin(file, stem)
        case ".scala":
            yield from _scala(file)


def _simple(file: CodeFile, pattern: re.Pattern[str], name: str) -> Iterator[MainClass]:
    match = pattern.search(file.code)
    if match:
        yield _main(file, match, name)


def _kotlin(file: CodeFile, stem: str) -> Iterator[MainClass]:
    match = _KOTLIN.search(file.code)
    if match:
        given = _JVM_NAME.search(file.code)
        yield _main(file, match, given[1] if given else f"{stem[:1].upper()}{stem[1:]}Kt")
        return
    inside = _KOTLIN_OBJECT.search(file.code)
    if inside:
        yield _main(file, inside, inside[2] or stem)


def _scala(file: CodeFile) -> Iterator[MainClass]:
    for match in _SCALA_3.finditer(file.code):
        yield _main(file, match, match[1])
    for match in _SCALA_OBJECT.finditer(file.code):
        yield _main(file, match, match[1])
    if _SCALA_DEF.search(file.code):
        match = _SCALA_MAIN.search(file.code)  # type: ignore[assignment]
        if match:
            yield _main(file, match, match[1])


def _main(file: CodeFile, match: re.Match[str], name: str) -> MainClass:
    package = _PACKAGE.search(file.code)
    full = f"{package[1].replace('`', '')}.{name}" if package else name
    place = file.evidence(match, f"starts {full}")
    text = place.text.splitlines()[0] if len(place.text) < 80 else f"main of {name}"
    where = Evidence(file=place.file, line=place.line, text=text, means=place.means)
    is_spring = bool(_STARTS_SPRING.search(file.code))
    return MainClass(name=full, path=file.path, evidence=where, is_spring=is_spring)

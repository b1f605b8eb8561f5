"""Which JDK and which Tomcat an app on the JVM gets."""

import re

from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.jvm.app import JvmApp
from draftpy.inspectors.jvm.gradle import find_wrapper_version
from draftpy.inspectors.versions import JAVA
from draftpy.source import SourceTree

# Gradle's version → the newest JDK that it runs on. https://docs.gradle.org/current/userguide/compatibility.html
_GRADLE_LIMITS = ((5, 0, 11), (7, 0, 8), (7, 3, 17), (8, 5, 17), (9, 1, 21))
_FILES = (
    (".java-version", re.compile(r"^\D*((?:1\.)?\d+)", re.MULTILINE)),
    (".sdkmanrc", re.compile(r"^java\s*=\s*((?:1\.)?\d+)", re.MULTILINE)),
    (".tool-versions", re.compile(r"^java\s+\D*((?:1\.)?\d+)", re.MULTILINE)),
    ("mise.toml", re.compile(r"^java\s*=\s*\"\D*((?:1\.)?\d+)", re.MULTILINE)),
    ("system.properties", re.compile(r"^java\.runtime\.version\s*=\s*((?:1\.)?\d+)", re.MULTILINE)),
)


def choose_jdk(tree: SourceTree, app: JvmApp, framework: str) -> tuple[str, Evidence | None]:
    """The long-lived line that the project asks for, or the next newer one."""
    if app.version:
        text, where = app.version
        wanted = _major(text)
        # A toolchain is asked for by its number; any other statement is a lower bound.
        return (str(wanted) if app.is_exact else _line(tree, wanted)), where
    for name, pattern in _FILES:
        match = pattern.search(tree.find_text(name) or "")
        if match:
            text = match.string[match.start() :].splitlines()[0].strip() or match[0].strip()
            line = match.string.count("\n", 0, match.start(1)) + 1
            return _line(tree, _major(match[1])), Evidence(file=name, line=line, text=text)
    if framework == "Spring Boot" and _first(app.find_version("org.springframework.boot")) in (
        1,
        2,
    ):
        return "8", None  # What Spring Boot's parent compiles for by default.
    return _line(tree, 0), None


def find_jdk(tree: SourceTree) -> tuple[str, Evidence | None]:
    """The JDK of a project whose own build files do not name one."""
    nothing = JvmApp(tool="", manifest="", build=(), product=None)
    return choose_jdk(tree, nothing, "")


def choose_tomcat(app: JvmApp, version: str) -> str:
    """Tomcat 9 has the packages named javax, 10.1 and later those named jakarta."""
    is_old = any(p.group.startswith("javax.") for p in app.packages) or _first(
        app.find_version("org.springframework")
    ) in range(1, 6)
    if is_old:
        return f"tomcat:9.0-jdk{version}-temurin"
    return f"tomcat:10.1-jdk{version if int(version) >= 11 else '17'}-temurin"


def _line(tree: SourceTree, wanted: int) -> str:
    """The default if nothing is asked for, else the first line that is not older."""
    lines = [int(cycle.version) for cycle in JAVA.cycles]
    chosen = next((n for n in lines if n >= wanted), lines[-1]) if wanted else int(JAVA.default)
    gradle = [int(n) for n in find_wrapper_version(tree).split(".")[:2] if n]
    if gradle and not wanted:
        limit = next((jdk for *below, jdk in _GRADLE_LIMITS if gradle < below), lines[-1])
        chosen = min(chosen, limit)
    return str(chosen)


def _major(text: str) -> int:
    return int(text.removeprefix("1.").partition(".")[0])


def _first(version: str) -> int:
    match = re.match(r"\d+", version)
    return int(match[0]) if match else 0

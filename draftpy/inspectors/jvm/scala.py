"""sbt projects → facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import join

from draftpy.inspectors.code_files import CodeFile, read_code, strip_comments
from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import (
    AppKind,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.jvm.frameworks import DIALECT
from draftpy.inspectors.jvm.main import find_mains
from draftpy.inspectors.jvm.version import find_jdk
from draftpy.inspectors.listening import find_listening, serves
from draftpy.inspectors.read_paths import find_read_paths
from draftpy.source import SourceTree

MANIFEST = "build.sbt"
# Of sbt's images there is no tag but with all versions; the launcher takes the project's own sbt.
IMAGES = {
    "17": "sbtscala/scala-sbt:eclipse-temurin-17.0.15_6_1.12.9_3.3.7",
    "21": "sbtscala/scala-sbt:eclipse-temurin-21.0.8_9_1.12.6_3.8.2",
    "25": "sbtscala/scala-sbt:eclipse-temurin-25_36_1.11.7_3.7.3",
}
_PLUGIN = re.compile(r"addSbtPlugin\(\s*\"([^\"]+)\"\s*%\s*\"([^\"]+)\"\s*%\s*\"([^\"]+)\"")
_FRAMEWORKS = {
    "play": ("org.playframework", "com.typesafe.play"),
    "http4s": ("org.http4s",),
    "akka-http": ("com.typesafe.akka",),
    "pekko-http": ("org.apache.pekko",),
    "zio-http": ("dev.zio",),
    "tapir": ("com.softwaremill.sttp.tapir",),
    "cask": ("com.lihaoyi",),
    "finatra": ("com.twitter",),
    "scalatra": ("org.scalatra",),
}
_TITLES = {
    "play": "Play",
    "http4s": "http4s",
    "akka-http": "Akka HTTP",
    "pekko-http": "Pekko HTTP",
    "zio-http": "ZIO HTTP",
    "tapir": "Tapir",
    "cask": "Cask",
    "finatra": "Finatra",
    "scalatra": "Scalatra",
}
_DEPENDENCY = re.compile(r"\"([\w.\-]+)\"\s*%%?%?\s*\"([\w.\-]+)\"(?:\s*%\s*(?:\"([\d.]+)|(\w+)))?")
_PROJECT = re.compile(
    r"lazy\s+val\s+(\w+)\s*=\s*\(?\s*(?:project|crossProject)[^\n]*?(?:\bin\s*\(?\s*file\(\s*\"([^\"]+)\"|$)",
    re.MULTILINE,
)
_MAIN_CLASS = re.compile(r"mainClass[^\n:+]*:?=\s*Some\(\s*\"([\w.]+)\"")
# Play refuses to start without a secret; one that is made up holds for this pod only.
_PLAY_START = (
    "sh",
    "-c",
    f"exec java -Dpidfile.path=/dev/null -Dhttp.port={PORT_MARK}"
    ' "-Dplay.http.secret.key=${APPLICATION_SECRET:-$(head -c 48 /dev/urandom | base64 -w 0)}"'
    ' -cp "/app/conf:/app/lib/*" play.core.server.ProdServerStart /app',
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Build:
    """The build's own text, its plugins, the framework, the project that is the app."""

    text: str
    plugins: tuple[str, ...]
    framework: str
    project: str
    folder: str


def inspect(tree: SourceTree) -> Findings:
    """Facts `scala.*`; empty without build.sbt."""
    raw = tree.find_text(MANIFEST)
    if raw is None:
        return Findings()
    build = _read_build(tree, strip_comments(raw))
    files = _read_files(tree, build)
    facts = [Fact(key="scala.manifest", value=MANIFEST, evidence=Evidence(file=MANIFEST))]
    facts += _framework_facts(build, raw)
    main, where = _main(build, files)
    version, told = find_jdk(tree)
    facts.append(Fact(key="scala.version", value=_image_jdk(version), evidence=told))
    if not main:
        what = "names no program: no main class, no object that is an App"
        return Findings(facts=tuple(facts), problems=(Problem(file=MANIFEST, what=what),))
    facts += _program_facts(tree, build, main, files)
    facts.append(Fact(key="scala.main", value=main, evidence=where))
    return Findings(facts=tuple(facts))


def _read_build(tree: SourceTree, text: str) -> _Build:
    paths = [*tree.match("project/*.sbt"), *tree.match("project/*.scala")]
    own = "\n".join(strip_comments(tree.find_text(path) or "") for path in paths)
    plugins = [(group, name) for group, name, _ in _PLUGIN.findall(own)]
    is_play = any(g in _FRAMEWORKS["play"] and n.endswith("sbt-plugin") for g, n in plugins)
    project, folder = _app_project(tree, text)
    return _Build(
        text=f"{text}\n{own}",
        plugins=tuple(name for _, name in plugins),
        framework="play" if is_play else _find_framework(f"{text}\n{own}"),
        project=project,
        folder=folder,
    )


def _find_framework(text: str) -> str:
    packages = {(m[0], m[1]) for m in _DEPENDENCY.findall(text)}
    for name, groups in _FRAMEWORKS.items():
        for group, artifact in packages:
            if group in groups and artifact.startswith(name) and name != "play":
                return name
    return ""


def _app_project(tree: SourceTree, text: str) -> tuple[str, str]:
    """The project that has a program, the root itself where its sources lie."""
    if any(path.startswith(("src/main/", "app/")) for path in tree.files):
        return "", ""
    found = [(m[1], (m[2] or m[1]).removeprefix("./")) for m in _PROJECT.finditer(text)]
    sources = read_code(tree, (".scala",))
    for name, folder in found:
        own = [f for f in sources if f.path.startswith(f"{folder}/") and "/test/" not in f.path]
        if folder not in ("", ".") and find_mains(own):
            return name, folder
    return "", ""


def _read_files(tree: SourceTree, build: _Build) -> list[CodeFile]:
    start = f"{build.folder}/" if build.folder else ""
    endings = (".scala", ".java", "application.conf")

    def is_wanted(path: str) -> bool:
        return path.startswith(start) and "/test/" not in path and not path.startswith("project/")

    return read_code(tree, endings, is_wanted=is_wanted)


def _framework_facts(build: _Build, raw: str) -> Iterator[Fact]:
    if not build.framework:
        return
    groups = _FRAMEWORKS[build.framework]
    lines = enumerate(raw.splitlines(), start=1)
    line = next(((n, text) for n, text in lines if any(g in text for g in groups)), None)
    where = Evidence(file=MANIFEST, line=line[0], text=line[1].strip()) if line else None
    if build.framework == "play":
        where = Evidence(file="project/plugins.sbt")
    yield Fact(key="scala.framework", value=build.framework, evidence=where)
    yield Fact(key="scala.framework_title", value=_TITLES[build.framework])


def _main(build: _Build, files: list[CodeFile]) -> tuple[str, Evidence | None]:
    if build.framework == "play":
        return "play.core.server.ProdServerStart", None
    named = _MAIN_CLASS.search(build.text)
    mains = find_mains(files)
    if named:
        where = Evidence(file=MANIFEST, text=" ".join(named[0].split()))
        return named[1], where
    return (mains[0].name, mains[0].evidence) if mains else ("", None)


def _program_facts(
    tree: SourceTree, build: _Build, main: str, files: list[CodeFile]
) -> Iterator[Fact]:
    is_play = build.framework == "play"
    listens = bool(build.framework) or serves(files, DIALECT) is not None
    yield Fact(key="scala.kind", value=str(AppKind.WEB if listens else AppKind.WORKER))
    if is_play:
        yield Fact(key="scala.port", value=9000)
    elif listens:
        yield from find_listening(files, DIALECT).facts("scala")
    has_packager = is_play or "sbt-native-packager" in build.plugins
    assembles = not has_packager and "sbt-assembly" in build.plugins
    named = re.search(r"assemblyJarName[^\n=]*:?=\s*\"([\w.\-]+)\"", build.text)
    jar = named[1] if named else "*-assembly-*.jar"
    start = _PLAY_START if is_play else ("java", "-cp", "/app/lib/*", main)
    if assembles:
        start = ("java", "-cp", "/app/app.jar", main)
    task = "assembly" if assembles else "stage"
    facts: dict[str, FactValue] = {
        "start": start,
        "task": f"{build.project}/{task}" if build.project else task,
        "folder": build.folder,
        "product": join(
            build.folder, f"target/scala-*/{jar}" if assembles else "target/universal/stage"
        ),
        "layout": "jar" if assembles else "stage",
        "is_play": is_play,
        "needs_packager": not has_packager and not assembles,
        "needs_enabling": not is_play and not assembles
        and not re.search(r"JavaAppPackaging|JavaServerAppPackaging", build.text),
        "build_image": IMAGES[_image_jdk(find_jdk(tree)[0])],
        "assets": () if is_play else find_read_paths(tree, files),
    }  # fmt: skip
    for name, value in facts.items():
        yield Fact(key=f"scala.{name}", value=value)


def _image_jdk(version: str) -> str:
    return next((each for each in IMAGES if int(each) >= int(version)), "25")

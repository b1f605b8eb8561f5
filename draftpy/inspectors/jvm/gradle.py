"""Gradle projects → the one that is the app, how it is built and what it leaves."""

import re
from dataclasses import dataclass
from posixpath import basename, join

from draftpy.inspectors.code_files import read_code
from draftpy.inspectors.facts import Evidence, Problem
from draftpy.inspectors.jvm.app import JvmApp, Layout, Product
from draftpy.inspectors.jvm.gradle_files import (
    BUILD_FILES,
    SETTINGS_FILES,
    GradleBuild,
    GradleProject,
    is_gradle,
    load_gradle,
)
from draftpy.inspectors.jvm.main import ENDINGS, MainClass, find_mains
from draftpy.inspectors.jvm.maven_pom import Package
from draftpy.inspectors.jvm.quarkus import quarkus_product
from draftpy.source import SourceTree

WRAPPER = "gradle/wrapper/gradle-wrapper.properties"
_BOOT = "org.springframework.boot"
_QUARKUS = "io.quarkus"
_SHADOW = ("com.github.johnrengelman.shadow", "com.gradleup.shadow", "io.github.goooler.shadow")
_INSTALLS = ("application", "io.ktor.plugin", "io.micronaut.application", "org.gradle.application")
_ANDROID = ("com.android.application", "com.android.library")
_LIKELY = ("app", "web", "server", "api", "backend", "service", "application", "boot", "main")
_ASIDE = re.compile(r"(?:^|[/-])(?:buildSrc|tests?|benchmarks?|examples?|samples?)$")
_MAIN_CLASS = re.compile(
    r"\bmainClass(?:Name)?\s*(?:=|\.set\s*\(|\.convention\()\s*[\"']([\w.$]+)[\"']"
)
_MANIFEST_MAIN = re.compile(r"[\"']Main-Class[\"']\s*(?::|to|,)\s*[\"']?([\w.$]+)")
_FAT = re.compile(r"runtimeClasspath|configurations\.(?:compile|runtime)\b")
_JAR_NAME = re.compile(r"archiveFileName(?:\s*=|\.set\()\s*[\"']([\w.\-]+\.jar)[\"']")
_APP_NAME = re.compile(r"\bapplicationName\s*(?:=|\.set\()\s*[\"']([\w.\-]+)[\"']")
_TOOLCHAIN = re.compile(
    r"(?:languageVersion\s*(?:=|\.set\s*\()\s*JavaLanguageVersion\.of\s*\(|\bjvmToolchain\s*\()\s*[\"']?(\d+)"
)
_COMPATIBLE = re.compile(
    r"(?:source|target)Compatibility\s*=?\s*(?:JavaVersion\.(?:VERSION_|toVersion\()?)?[\"']?((?:1[._])?\d+)"
)
_TARGET = re.compile(r"jvmTarget\s*(?:=|\.set\()\s*(?:JvmTarget\.JVM_)?[\"']?((?:1[._])?\d+)")
_RELEASE = re.compile(r"\brelease\s*(?:=|\.set\s*\()\s*(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A project that may be the app, the task that builds it and its product."""

    project: GradleProject
    task: str
    product: Product


def find_gradle_app(tree: SourceTree) -> JvmApp | None:
    """The app of a Gradle project; without a product if nothing in it can be started."""
    if not is_gradle(tree):
        return None
    build = load_gradle(tree)
    root = next((n for n in (*BUILD_FILES, *SETTINGS_FILES) if tree.has(n)), BUILD_FILES[0])
    found = [c for p in build.projects if (c := _candidate(tree, build, p)) is not None]
    found.sort(key=lambda candidate: _order(candidate, build))
    best = found[0] if found else None
    project = best.project if best else (build.projects[0] if build.projects else None)
    version, is_exact = _find_version(build, project)
    wrapper = _find_wrapper(tree)
    return JvmApp(
        tool="gradle",
        manifest=project.file.path if project else root,
        module=project.folder if project else "",
        build=(f"{wrapper or 'gradle'} --no-daemon {best.project.path}:{best.task}",)
        if best
        else (),
        product=best.product if best else None,
        packages=_packages(build, project),
        origins=_plugins(build),
        version=version,
        is_exact=is_exact,
        wrapper=wrapper,
        others=tuple(c.project.folder or "." for c in found[1:]),
        problems=(*build.problems, *_problems(tree, build)),
    )


def find_wrapper_version(tree: SourceTree) -> str:
    """Gradle's version as the wrapper has it: `8.10`."""
    text = tree.find_text(WRAPPER) or ""
    match = re.search(r"gradle-(\d+(?:\.\d+)*)", text)
    return match[1] if match else ""


def _candidate(tree: SourceTree, build: GradleBuild, project: GradleProject) -> _Candidate | None:
    if _ASIDE.search(project.folder) or project.has(*_ANDROID):
        return None
    code = project.file.code
    mains = _mains(tree, project)
    named = _MAIN_CLASS.search(code)
    main = named[1] if named else (mains[0].name if mains else "")
    where = mains[0].evidence if mains else (project.file.evidence(named) if named else None)
    libs = join(project.folder, "build/libs")
    if project.has(_BOOT) and main:
        product = Product(
            layout=Layout.SPRING, path=f"{libs}/{_jar(code, '*.jar')}", evidence=where
        )
        return _Candidate(project=project, task="bootJar", product=product)
    if project.has(_QUARKUS):
        product = quarkus_product(tree, project.folder, "build")
        return _Candidate(project=project, task="quarkusBuild", product=product)
    if project.has("war"):
        product = Product(layout=Layout.WAR, path=f"{libs}/*.war")
        return _Candidate(project=project, task="war", product=product)
    if project.has(*_INSTALLS) and main:
        return _installed(build, project, main, where)
    return _jarred(project, main, where)


def _installed(
    build: GradleBuild, project: GradleProject, main: str, where: Evidence | None
) -> _Candidate:
    """The application plugin's folder with bin/ and lib/."""
    named = _APP_NAME.search(project.file.code)
    name = named[1] if named else (basename(project.folder) or build.name or "*")
    path = join(project.folder, "build/install", name)
    # Arguments for the JVM are known to the script only.
    needs_script = "applicationDefaultJvmArgs" in project.file.code and name != "*"
    product = Product(
        layout=Layout.SCRIPT if needs_script else Layout.CLASSES,
        path=path if needs_script else "",
        main=name if needs_script else main,
        libraries=f"{path}/lib",
        evidence=where,
    )
    return _Candidate(project=project, task="installDist", product=product)


def _jarred(project: GradleProject, main: str, where: Evidence | None) -> _Candidate | None:
    """A jar with everything in it: by the shadow plugin, or by hand."""
    code = project.file.code
    libs = join(project.folder, "build/libs")
    manifest = _MANIFEST_MAIN.search(code)
    if project.has(*_SHADOW) and (main or manifest):
        path = f"{libs}/{_jar(code, '*-all.jar')}"
        task = "shadowJar"
    elif manifest or (main and not project.packages):
        is_fat = bool(_FAT.search(code)) or not project.packages
        if not is_fat:
            return None
        path, task = f"{libs}/{_jar(code, '*.jar')}", "jar"
    else:
        return None
    product = Product(layout=Layout.JAR, path=path, main="" if manifest else main, evidence=where)
    return _Candidate(project=project, task=task, product=product)


def _jar(code: str, pattern: str) -> str:
    named = _JAR_NAME.search(code)
    return named[1] if named else pattern


def _mains(tree: SourceTree, project: GradleProject) -> list[MainClass]:
    start = join(project.folder, "src/") if project.folder else "src/"
    files = read_code(tree, ENDINGS, is_wanted=lambda path: path.startswith(start))
    # Ktor's and others' older samples have src/ itself as their source folder.
    for kind in ("main/", "jvmMain/", ""):
        mine = [file for file in files if file.path.startswith(start + kind)]
        if mine:
            return find_mains([f for f in mine if "/test/" not in f"/{f.path}"])
    return []


def _order(candidate: _Candidate, build: GradleBuild) -> tuple[bool, bool, bool, int]:
    project, layout = candidate.project, candidate.product.layout
    return (
        layout not in (Layout.SPRING, Layout.QUARKUS, Layout.WAR),
        not any("web" in p.name or "server" in p.name for p in project.packages),
        basename(project.folder).rpartition("-")[2] not in _LIKELY,
        build.projects.index(project),
    )


def _packages(build: GradleBuild, project: GradleProject | None) -> tuple[Package, ...]:
    """The project's own dependencies, then those that the root gives to all."""
    if project is None:
        return ()
    root = build.projects[0]
    return (*project.packages, *(root.packages if root is not project else ()))


def _plugins(build: GradleBuild) -> tuple[Package, ...]:
    """Plugins as packages, for their versions."""
    return tuple(
        Package(
            group=plugin,
            name=plugin,
            version=version,
            evidence=project.file.evidence(match) if match else None,
        )
        for project in build.projects
        for plugin, version in project.plugins.items()
        for match in [re.search(re.escape(plugin), project.file.code)]
    )


def _find_version(
    build: GradleBuild, project: GradleProject | None
) -> tuple[tuple[str, Evidence] | None, bool]:
    """The JDK, and whether it must be that very one, as a toolchain asks for."""
    if project is None:
        return None, False
    for pattern in (_TOOLCHAIN, _RELEASE, _COMPATIBLE, _TARGET):
        for each in dict.fromkeys([project.path, *(p.path for p in build.projects)]):
            file = next(p.file for p in build.projects if p.path == each)
            match = pattern.search(file.code)
            if match:
                version = match[1].replace("_", ".")
                return (version, file.evidence(match)), pattern is _TOOLCHAIN
    return None, False


def _find_wrapper(tree: SourceTree) -> str:
    """The wrapper, if it is whole; one with Windows' line ends does not start on Linux."""
    script = tree.find_text("gradlew")
    whole = tree.has(WRAPPER) and tree.has("gradle/wrapper/gradle-wrapper.jar")
    if script is None or not whole or "\r\n" in script:
        return ""
    return "bash gradlew" if "bash" in script.partition("\n")[0] else "sh gradlew"


def _problems(tree: SourceTree, build: GradleBuild) -> list[Problem]:
    android = next((p for p in build.projects if p.has(*_ANDROID)), None)
    if android:
        what = "builds an Android app, which does not run in a container"
        return [Problem(file=android.file.path, what=what, is_note=True)]
    if tree.has("gradlew") and not tree.has("gradle/wrapper/gradle-wrapper.jar"):
        what = "lacks gradle/wrapper/gradle-wrapper.jar: the image's own Gradle builds it"
        return [Problem(file="gradlew", what=what, remedy="gradle wrapper", is_note=True)]
    return []

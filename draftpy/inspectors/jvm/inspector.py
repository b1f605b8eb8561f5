"""Apps on the JVM that Maven or Gradle build → facts, of Java or of Kotlin."""

import re
from collections.abc import Iterator
from posixpath import dirname, join

from draftpy.inspectors.code_files import CodeFile, read_code
from draftpy.inspectors.facts import (
    AppKind,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.jvm.app import JvmApp, Layout, Product
from draftpy.inspectors.jvm.frameworks import (
    DIALECT,
    Framework,
    find_framework,
    find_port_setting,
    is_web,
)
from draftpy.inspectors.jvm.gradle import find_gradle_app
from draftpy.inspectors.jvm.main import ENDINGS
from draftpy.inspectors.jvm.maven import find_maven_app
from draftpy.inspectors.jvm.settings import Settings, load_settings
from draftpy.inspectors.jvm.version import choose_jdk, choose_tomcat
from draftpy.inspectors.listening import DEFAULT_PORT, find_listening
from draftpy.inspectors.read_paths import find_read_paths
from draftpy.source import SourceTree

_LAYERS_SINCE = (3, 3)
_JAVAC = (".java", ".conf", ".yaml", ".yml")
_LIVENESS = "/actuator/health/liveness"


def inspect(tree: SourceTree) -> Findings:
    """Facts `java.*` or `kotlin.*`; empty without pom.xml or build.gradle."""
    maven, gradle = find_maven_app(tree), find_gradle_app(tree)
    app = maven if maven and (maven.product or not (gradle and gradle.product)) else gradle
    if app is None:
        return Findings()
    files = _read_files(tree, app)
    language = _language(tree, app)
    settings = load_settings(tree, app.module)
    facts = _facts(tree, app, files, settings)
    renamed = tuple(
        Fact(
            key=f"{language}.{fact.key}",
            value=fact.value,
            evidence=fact.evidence,
            confidence=fact.confidence,
        )
        for fact in facts
    )
    problems = (*app.problems, *settings.problems, *_problems(app, maven, gradle))
    return Findings(facts=renamed, problems=problems)


def _read_files(tree: SourceTree, app: JvmApp) -> list[CodeFile]:
    start = join(app.module, "src/") if app.module else "src/"
    endings = (*ENDINGS, "application.conf", "application.yaml", "application.yml")

    def is_wanted(path: str) -> bool:
        return path.startswith(start) and "/test/" not in path

    return read_code(tree, endings, is_wanted=is_wanted)


def _language(tree: SourceTree, app: JvmApp) -> str:
    """Kotlin if most of the source is; a build file in Kotlin says nothing."""
    start = f"{app.module}/src/" if app.module else "src/"
    mine = [path for path in tree.files if path.startswith(start)]
    kotlin = tree.size_of(path for path in mine if path.endswith(".kt"))
    java = tree.size_of(path for path in mine if path.endswith((".java", ".groovy")))
    return "kotlin" if kotlin > java else "java"


def _facts(
    tree: SourceTree, app: JvmApp, files: list[CodeFile], settings: Settings
) -> Iterator[Fact]:
    yield Fact(key="manifest", value=app.manifest, evidence=Evidence(file=app.manifest))
    found = find_framework(app)
    framework = found[0] if found else None
    if found:
        yield from _framework_facts(app, *found)
    version, where = choose_jdk(tree, app, framework.title if framework else "")
    yield Fact(key="version", value=version, evidence=where)
    if app.product is None:
        return
    arguments = _arguments(tree, framework)
    start = (*_start(app.product), *arguments)
    yield Fact(key="start", value=start, evidence=app.product.evidence)
    serves = is_web(app, framework, files)
    yield Fact(key="kind", value=str(AppKind.WEB if serves else AppKind.WORKER))
    if serves:
        yield from _port_facts(app, framework, files, settings)
        yield from _health_facts(app, framework, settings)
    # What javac alone can compile is compiled in the pod by it.
    is_java = bool(app.product.program) and all(f.path.endswith(_JAVAC) for f in files)
    yield from _build_facts(app, version, is_java=is_java)
    assets = {*_assets(tree, app, files), *arguments[1:]}
    yield Fact(key="assets", value=tuple(sorted(assets)))


def _framework_facts(app: JvmApp, framework: Framework, package: object) -> Iterator[Fact]:
    where = getattr(package, "evidence", None)
    yield Fact(key="framework", value=framework.title.lower().replace(" ", "-"), evidence=where)
    yield Fact(key="framework_title", value=framework.title)
    version = ".".join(app.find_version(*framework.groups).split(".")[:2])
    if re.fullmatch(r"\d+\.\d+", version):
        yield Fact(key="framework_version", value=version)


def _start(product: Product) -> tuple[str, ...]:
    match product.layout:
        case Layout.QUARKUS:
            return ("java", "-jar", "/app/quarkus-run.jar")
        case Layout.WAR:
            return ("catalina.sh", "run")
        case Layout.SCRIPT:
            return (f"/app/bin/{product.main}",)
        case Layout.CLASSES:
            first = "/app/app.jar:" if product.path else ""
            return ("java", "-cp", f"{first}/app/lib/*", product.main)
        case Layout.SPRING | Layout.JAR:
            if product.main:
                return ("java", "-cp", "/app/app.jar", product.main)
            return ("java", "-jar", "/app/app.jar")


def _arguments(tree: SourceTree, framework: Framework | None) -> tuple[str, ...]:
    """Dropwizard serves only when told to, by the settings it is given."""
    if framework is None or framework.title != "Dropwizard":
        return ()
    found = [p for p in tree.match("*.y*ml") if "server:" in (tree.find_text(p) or "")]
    return ("server", *found[:1])


def _port_facts(
    app: JvmApp, framework: Framework | None, files: list[CodeFile], settings: Settings
) -> Iterator[Fact]:
    if app.product and app.product.layout is Layout.WAR:
        yield Fact(key="port", value=DEFAULT_PORT)
        return
    if framework and framework.variable:
        setting = find_port_setting(framework, settings)
        port = setting.number if setting and setting.number >= 1024 else framework.port
        where = setting.evidence if setting and setting.number >= 1024 else None
        yield Fact(key="port", value=port, evidence=where)
        yield Fact(key="port_variable", value=framework.variable)
        return
    listening = find_listening(files, DIALECT)
    if not listening.evidence and framework and framework.port:
        yield Fact(key="port", value=framework.port)
        return
    setting = settings.find("ktor.deployment.port")
    if not listening.evidence and setting and setting.number:
        yield Fact(key="port", value=setting.number, evidence=setting.evidence)
        return
    for fact in listening.facts("x"):
        yield Fact(
            key=fact.key.removeprefix("x."),
            value=fact.value,
            evidence=fact.evidence,
            confidence=fact.confidence,
        )


def _health_facts(app: JvmApp, framework: Framework | None, settings: Settings) -> Iterator[Fact]:
    """A path only where it answers 200 without a login."""
    is_guarded = any("security" in p.name or "oidc" in p.name for p in app.packages)
    if framework is None or is_guarded or settings.find("management.server.port"):
        return
    base = settings.find("server.servlet.context-path", "spring.webflux.base-path")
    start = base.value.rstrip("/") if base else ""
    if "${" in start:
        return
    actuator = app.find_package("org.springframework.boot:spring-boot-starter-actuator")
    if actuator and not settings.find("management.endpoints.web.base-path"):
        yield _health(start + _LIVENESS, actuator.evidence)
    health = app.find_package("io.quarkus:quarkus-smallrye-health")
    if health and not settings.find(
        "quarkus.http.root-path", "quarkus.http.non-application-root-path"
    ):
        yield _health("/q/health/live", health.evidence)
    management = app.find_package("io.micronaut:micronaut-management")
    if management and not settings.find("endpoints.all.path"):
        yield _health("/health/liveness", management.evidence)


def _health(path: str, where: Evidence | None) -> Fact:
    place = where and Evidence(
        file=where.file, line=where.line, text=where.text, means="its health is asked by the probes"
    )
    return Fact(key="health_path", value=path, evidence=place)


def _build_facts(app: JvmApp, version: str, *, is_java: bool) -> Iterator[Fact]:
    product = app.product
    if product is None:
        return
    image = f"eclipse-temurin:{version}-jdk"
    if app.tool == "maven" and not app.wrapper:
        image = f"maven:3.9-eclipse-temurin-{version}"
    elif not app.wrapper:
        image = f"gradle:{'9' if int(version) > 21 else '8'}-jdk{version}"
    has_layers = product.layout is Layout.SPRING and _has_layers(app)
    facts: dict[str, FactValue] = {
        "build_tool": app.tool,
        "build_image": image,
        "build": app.build,
        "layout": "layers" if has_layers else str(product.layout),
        "product": product.path,
        "libraries": product.libraries,
    }
    if app.tool == "maven" and not (app.module or app.wrapper) and is_java:
        facts["program"] = product.program
    if product.layout is Layout.WAR:
        facts["server_image"] = choose_tomcat(app, version)
    for name, value in facts.items():
        yield Fact(key=name, value=value)


def _has_layers(app: JvmApp) -> bool:
    numbers = re.findall(r"\d+", app.find_version("org.springframework.boot"))[:2]
    is_jar = bool(app.product and app.product.path.endswith(".jar"))
    return is_jar and tuple(int(n) for n in numbers) >= _LAYERS_SINCE


def _assets(tree: SourceTree, app: JvmApp, files: list[CodeFile]) -> tuple[str, ...]:
    """What the program opens beside itself; Spring's own live inside the jar."""
    known = (
        {"static", "templates", "public"} if app.find_version("org.springframework.boot") else set()
    )
    return tuple(path for path in find_read_paths(tree, files) if path not in known)


def _problems(app: JvmApp, maven: JvmApp | None, gradle: JvmApp | None) -> Iterator[Problem]:
    if app.product is None and app.build == () and not app.problems:
        what = "names no program: no main class, no framework's plugin and no war is in it"
        yield Problem(file=app.manifest, what=what, is_note=True)
    elif app.product is None and not app.problems:
        what = "builds a library: nothing in it can be started"
        yield Problem(file=app.manifest, what=what, is_note=True)
    if app.others:
        what = f"is the app that is built; others: {', '.join(app.others)}"
        folder = dirname(app.manifest) or "."
        remedy = "change the build line of the Dockerfile for another"
        yield Problem(file=folder, what=what, remedy=remedy, is_note=True)
    if maven and gradle and app.product:
        other = gradle if app is maven else maven
        what = f"is not used: {app.manifest} builds the app"
        yield Problem(file=other.manifest, what=what, is_note=True)

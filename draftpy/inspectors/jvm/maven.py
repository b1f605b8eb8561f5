"""Maven projects → the module that is the app, how it is built and what it leaves."""

import re
from dataclasses import dataclass
from posixpath import basename, join
from xml.etree import ElementTree

from draftpy.inspectors.code_files import read_code
from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.jvm.app import JvmApp, Layout, Product
from draftpy.inspectors.jvm.main import ENDINGS, MainClass, find_mains
from draftpy.inspectors.jvm.maven_pom import POM, Pom, Poms, load_poms
from draftpy.inspectors.jvm.quarkus import quarkus_product
from draftpy.source import SourceTree

_LIKELY = ("app", "web", "server", "api", "backend", "service", "application", "boot", "main")
_ASIDE = re.compile(r"(?:^|[/-])(?:tests?|it|integration-tests?|benchmarks?|examples?|samples?)$")
_VERSION_NAMES = (
    "maven.compiler.release",
    "java.version",
    "maven.compiler.target",
    "maven.compiler.source",
    "jdk.version",
    "javaVersion",
    "kotlin.compiler.jvmTarget",
)
_MAIN_NAMES = ("start-class", "exec.mainClass", "main.class", "mainClass", "main-class")
_BOOT = "spring-boot-maven-plugin"
_BOOT_GOAL = f"org.springframework.boot:{_BOOT}:repackage"
_QUARKUS = "quarkus-maven-plugin"
# What looks at the repository or at style, which is not there or not wanted in an image.
_SKIPS = {
    "git-commit-id": "-Dmaven.gitcommitid.skip=true",
    "maven-checkstyle-plugin": "-Dcheckstyle.skip=true",
    "spotless-maven-plugin": "-Dspotless.check.skip=true",
    "spring-javaformat-maven-plugin": "-Dspring-javaformat.skip=true",
    "apache-rat-plugin": "-Drat.skip=true",
    "license-maven-plugin": "-Dlicense.skip=true",
    "spotbugs-maven-plugin": "-Dspotbugs.skip=true",
    "maven-pmd-plugin": "-Dpmd.skip=true -Dcpd.skip=true",
    "dockerfile-maven-plugin": "-Ddockerfile.skip=true",
    "docker-maven-plugin": "-Ddocker.skip=true",
}
_COPY = "dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=/out/lib"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A module that may be the app, its product and the goals besides `package`."""

    pom: Pom
    product: Product
    goals: tuple[str, ...] = ()
    mains: tuple[MainClass, ...] = ()


def find_maven_app(tree: SourceTree) -> JvmApp | None:
    """The app of a Maven project; without a product if nothing in it can be started."""
    if not tree.has(POM):
        return None
    poms = load_poms(tree)
    if not poms.modules:
        return JvmApp(tool="maven", manifest=POM, build=(), product=None, problems=poms.problems)
    found = [c for pom in poms.modules if (c := _candidate(tree, pom)) is not None]
    found.sort(key=lambda c: _order(c, poms))
    best = found[0] if found else None
    pom = best.pom if best else poms.modules[0]
    wrapper = _find_wrapper(tree)
    return JvmApp(
        tool="maven",
        manifest=pom.path,
        module=pom.folder,
        build=(_command(poms, pom, best.goals if best else (), wrapper),),
        product=best.product if best else None,
        packages=tuple(pom.packages()),
        origins=tuple(pom.origins()),
        version=_find_version(pom),
        wrapper=wrapper,
        others=tuple(c.pom.folder or "." for c in found[1:]),
        problems=poms.problems,
    )


def _candidate(tree: SourceTree, pom: Pom) -> _Candidate | None:
    if pom.packaging == "pom" or _ASIDE.search(pom.folder):
        return None
    mains = tuple(_mains(tree, pom))
    main = _main_class(pom) or (mains[0].name if mains else "")
    target = join(pom.folder, "target")
    where = mains[0].evidence if mains else None
    if pom.packaging == "war" and not _has_plugin(pom, _BOOT):
        product = Product(layout=Layout.WAR, path=f"{target}/{pom.final_name}.war")
        return _Candidate(pom=pom, product=product)
    if _has_plugin(pom, _QUARKUS):
        return _Candidate(pom=pom, product=quarkus_product(tree, pom.folder, "target"))
    if _is_spring(pom, mains):
        return _spring(pom, target, mains)
    if not main:
        return None
    return _plain(pom, target, main, where)


def _is_spring(pom: Pom, mains: tuple[MainClass, ...]) -> bool:
    has_class = bool(mains and mains[0].is_spring)
    return has_class or (_has_plugin(pom, _BOOT) and bool(mains or _main_class(pom)))


def _spring(pom: Pom, target: str, mains: tuple[MainClass, ...]) -> _Candidate:
    plugin = pom.find_plugin(_BOOT)
    classifier = next(iter(pom.plugin_texts(_BOOT, "classifier")), "") if plugin is not None else ""
    # A jar made by `package` alone holds no other jars where the plugin is not declared.
    goals = () if plugin is not None and _repackages(pom, plugin) else (_BOOT_GOAL,)
    ending = "war" if pom.packaging == "war" else "jar"
    name = f"{pom.final_name}{f'-{classifier}' if classifier else ''}.{ending}"
    where = mains[0].evidence if mains else None
    program = mains[0].name if mains else ""
    product = Product(
        layout=Layout.SPRING, path=f"{target}/{name}", program=program, evidence=where
    )
    return _Candidate(pom=pom, product=product, goals=goals, mains=mains)


def _repackages(pom: Pom, plugin: ElementTree.Element) -> bool:
    """By itself, or through Spring Boot's parent, which binds the goal to `package`."""
    has_parent = any(p.name.startswith("spring-boot-starter-parent") for p in pom.origins())
    return has_parent or "repackage" in [(e.text or "").strip() for e in plugin.iter("goal")]


def _plain(pom: Pom, target: str, main: str, where: Evidence | None) -> _Candidate:
    """A program without a framework that packs it."""
    name = _fat_jar(pom)
    if name:
        told = any(_says_main(pom, plugin) for plugin in _PACKERS)
        product = Product(
            layout=Layout.JAR,
            path=f"{target}/{name}",
            main="" if told else main,
            program=main,
            evidence=where,
        )
        return _Candidate(pom=pom, product=product)
    needs = any(p.scope not in ("provided", "system") for p in pom.packages())
    product = Product(
        layout=Layout.CLASSES if needs else Layout.JAR,
        path=f"{target}/{pom.final_name}.jar",
        main=main,
        libraries="/out/lib" if needs else "",
        program=main,
        evidence=where,
    )
    return _Candidate(pom=pom, product=product, goals=(_COPY,) if needs else ())


_PACKERS = ("maven-shade-plugin", "maven-assembly-plugin", "maven-jar-plugin")


def _fat_jar(pom: Pom) -> str:
    """The name of the one jar with everything in it, if a plugin makes one at `package`."""
    shade = pom.find_plugin("maven-shade-plugin")
    if shade is not None or any(p.name == "micronaut-parent" for p in pom.origins()):
        given = (shade.findtext(".//configuration/finalName") or "") if shade is not None else ""
        attached = "true" in pom.plugin_texts("maven-shade-plugin", "shadedArtifactAttached")
        names = pom.plugin_texts("maven-shade-plugin", "shadedClassifierName")
        ending = f"-{names[0] if names else 'shaded'}" if attached else ""
        return f"{pom.resolve(given.strip()) or pom.final_name}{ending}.jar"
    assembly = pom.find_plugin("maven-assembly-plugin")
    if assembly is None or "single" not in [(e.text or "").strip() for e in assembly.iter("goal")]:
        return ""
    kinds = pom.plugin_texts("maven-assembly-plugin", "descriptorRef")
    if "jar-with-dependencies" not in kinds:
        return ""
    given = next(iter(pom.plugin_texts("maven-assembly-plugin", "finalName")), pom.final_name)
    has_id = "false" not in pom.plugin_texts("maven-assembly-plugin", "appendAssemblyId")
    return f"{given}{'-jar-with-dependencies' if has_id else ''}.jar"


def _says_main(pom: Pom, plugin: str) -> bool:
    return bool(
        pom.plugin_texts(plugin, "mainClass")
        or pom.plugin_texts(plugin, "Main-Class")
        or (
            plugin == "maven-shade-plugin"
            and any(p.name == "micronaut-parent" for p in pom.origins())
        )
    )


def _main_class(pom: Pom) -> str:
    """The class that the pom names."""
    plugins = (_BOOT, *_PACKERS, "exec-maven-plugin", "appassembler-maven-plugin")
    named = [
        t for p in plugins for tag in ("mainClass", "Main-Class") for t in pom.plugin_texts(p, tag)
    ]
    named += [found[0] for name in _MAIN_NAMES if (found := pom.find_property(name))]
    return next((name for name in named if re.fullmatch(r"[\w.$]+", name)), "")


def _mains(tree: SourceTree, pom: Pom) -> list[MainClass]:
    start = join(pom.folder, "src/main/") if pom.folder else "src/main/"
    own = pom.text_of("build/sourceDirectory").replace("${project.basedir}/", "")
    places = (start, join(pom.folder, own.rstrip("/"), "")) if own else (start,)
    return find_mains(read_code(tree, ENDINGS, is_wanted=lambda path: path.startswith(places)))


def _has_plugin(pom: Pom, name: str) -> bool:
    if "true" in pom.plugin_texts(name, "skip"):
        return False
    return pom.find_plugin(name) is not None


def _order(candidate: _Candidate, poms: Poms) -> tuple[bool, bool, bool, int]:
    """Frameworks' apps first, then telling names, then as the root lists them."""
    pom, layout = candidate.pom, candidate.product.layout
    return (
        layout not in (Layout.SPRING, Layout.QUARKUS, Layout.WAR),
        not any("web" in p.name or "http" in p.name for p in pom.packages()),
        basename(pom.folder).rpartition("-")[2] not in _LIKELY,
        poms.modules.index(pom),
    )


def _command(poms: Poms, pom: Pom, goals: tuple[str, ...], wrapper: str) -> str:
    # Compiling the tests is left out too, unless a module needs another's.
    needs_tests = any(">test-jar<" in each.text for each in poms.modules)
    words = [wrapper or "mvn", "--batch-mode"]
    words += [] if wrapper else ["--no-transfer-progress"]
    words += ["-DskipTests" if needs_tests else "-Dmaven.test.skip=true"]
    whole = "".join(each.text for each in poms.modules)
    words += [flag for plugin, flag in _SKIPS.items() if f">{plugin}" in whole]
    if _find_version(pom) is None and not pom.lineage[-1].text_of("parent/artifactId"):
        # Maven's own default is older than what today's compilers accept.
        words.append("-Dmaven.compiler.source=8 -Dmaven.compiler.target=8")
    if pom.folder:
        words += ["--projects", pom.folder, "--also-make"]
    return " ".join([*words, "package", *goals])


def _find_version(pom: Pom) -> tuple[str, Evidence] | None:
    for tag in ("release", "target", "source", "jvmTarget"):
        for plugin in ("maven-compiler-plugin", "kotlin-maven-plugin"):
            for text in pom.plugin_texts(plugin, tag):
                if re.fullmatch(r"(?:1\.)?\d+", text):
                    return text, pom.evidence(f"<{tag}>")
    for name in _VERSION_NAMES:
        found = pom.find_property(name)
        if found and re.fullmatch(r"(?:1\.)?\d+(?:\.\d+)*", found[0]):
            return found
    return None


def _find_wrapper(tree: SourceTree) -> str:
    """The wrapper, if it is whole; one with Windows' line ends does not start on Linux."""
    script = tree.find_text("mvnw")
    if script is None or not tree.has(".mvn/wrapper/maven-wrapper.properties"):
        return ""
    return "" if "\r\n" in script else "sh mvnw"

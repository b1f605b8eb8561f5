"""What Maven's or Gradle's files say about one app on the JVM, in one form for both."""

from dataclasses import dataclass, field
from enum import StrEnum

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.inspectors.jvm.maven_pom import Package


class Layout(StrEnum):
    """What a build leaves, and so how it is started."""

    JAR = "jar"  # one jar with everything in it
    CLASSES = "classes"  # a jar, and a folder with the jars it needs
    SPRING = "spring"  # one jar that Spring Boot's own tool can take apart
    QUARKUS = "quarkus"  # a folder that starts by its quarkus-run.jar
    WAR = "war"  # for a servlet container
    SCRIPT = "script"  # a folder with bin/ and lib/


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What the build leaves: `path` from the source's root, `main` a class or empty for -jar.

    `libraries`: the folder of the jars that it needs, for CLASSES and SCRIPT. `program` is the
    class that has the main method, however it is started.
    """

    layout: Layout
    path: str
    main: str = ""
    libraries: str = ""
    program: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JvmApp:
    """One app: which tool builds it by which commands, from which module, into what."""

    tool: str
    manifest: str
    build: tuple[str, ...]
    product: Product | None
    module: str = ""
    packages: tuple[Package, ...] = ()
    origins: tuple[Package, ...] = ()
    version: tuple[str, Evidence] | None = None
    is_exact: bool = False
    wrapper: str = ""
    others: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    def find_package(self, *keys: str) -> Package | None:
        """The first dependency of one of these names: `group:name`, or a `group:` alone."""
        for key in keys:
            group, _, name = key.partition(":")
            for package in self.packages:
                if package.group == group and name in ("", package.name):
                    return package
        return None

    def find_version(self, *groups: str) -> str:
        """The version of the first package, parent or bill of materials of these groups."""
        known = (*self.packages, *self.origins)
        found = (p.version for p in known if p.group in groups and p.version[:1].isdigit())
        return next(found, "")

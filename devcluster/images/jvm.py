"""Stand-ins for the images of the JVM: Temurin, Maven, Tomcat, Leiningen."""

from pathlib import Path

from devcluster.images.base import apt
from devcluster.images.engine import Engine
from devcluster.images.recipe import DEBIAN, Match, Recipe, build_lines
from devcluster.process import call

_JDK = "eclipse-temurin:21-jdk"
_TOMCAT = {"9": "9.0.98", "10": "10.1.34", "11": "11.0.2"}
# The distribution's Java writes manual pages' links even where there is no place for them.
_MAN = "RUN mkdir -p /usr/share/man/man1"


def _temurin(engine: Engine, name: str, match: Match) -> None:
    """Of the lines that upstream has, the distribution packs 21 and 25; 21 stands in for older."""
    major = "25" if match[1] == "25" else "21"
    kind = "jre" if match[2] == "jre" else "jdk"
    home = f"/usr/lib/jvm/java-{major}-openjdk-amd64"
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN}",
        _MAN,
        apt(f"openjdk-{major}-{kind}-headless", "ca-certificates-java", "curl", "fontconfig"),
        f"RUN ln -s {home} /opt/java && java -version",
        "ENV JAVA_HOME=/opt/java LANG=C.UTF-8 PATH=/opt/java/bin:$PATH",
        'CMD ["jshell"]' if kind == "jdk" else 'CMD ["bash"]',
    )


def _base(major: str) -> str:
    return "eclipse-temurin:25-jdk" if major == "25" else _JDK


def _maven(engine: Engine, name: str, match: Match) -> None:
    """The distribution's Maven, which has upstream's folder."""
    build_lines(
        engine,
        name,
        f"FROM {_base(match[1])}",
        apt("maven"),
        "RUN ln -sf /usr/share/maven/bin/mvn /usr/local/bin/mvn && mvn --version",
        "ENV MAVEN_HOME=/usr/share/maven",
        'CMD ["mvn"]',
    )


def _tomcat(engine: Engine, name: str, match: Match) -> None:
    with engine.context() as folder:
        archive = _fetch(f"org.apache.tomcat:tomcat:{_TOMCAT[match[1]]}:tar.gz", folder)
        lines = (
            f"FROM {_base(match[2])}",
            f"COPY {archive} /tmp/",
            f"RUN tar -xz -C /usr/local -f /tmp/{archive} && rm /tmp/{archive}"
            " && mv /usr/local/apache-tomcat-* /usr/local/tomcat"
            " && rm -rf /usr/local/tomcat/webapps/* && chmod -R a+rX /usr/local/tomcat",
            "ENV CATALINA_HOME=/usr/local/tomcat PATH=/usr/local/tomcat/bin:$PATH",
            "WORKDIR /usr/local/tomcat",
            "EXPOSE 8080",
            'CMD ["catalina.sh", "run"]',
        )
        engine.build(name, "\n".join(lines) + "\n", folder)


def _fetch(artifact: str, folder: Path) -> str:
    """The file of an artifact, fetched by this host's Maven, which has its settings."""
    goal = "org.apache.maven.plugins:maven-dependency-plugin:copy"
    call(["mvn", "-q", "-B", goal, f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"])
    return next(path.name for path in folder.iterdir())


def _clojure(engine: Engine, name: str, match: Match) -> None:
    """The distribution's Leiningen."""
    build_lines(
        engine,
        name,
        f"FROM {_base(match[1])}",
        apt("leiningen", "rlwrap"),
        "ENV LEIN_ROOT=1",
        "RUN lein version",
        'CMD ["lein", "repl"]',
    )


def _scala(engine: Engine, name: str, match: Match) -> None:
    """sbt's launcher, which fetches the sbt that a project names."""
    script = '#!/bin/sh\\nexec java -Xss4m -jar /opt/sbt-launch.jar "$@"\\n'
    with engine.context() as folder:
        jar = _fetch("org.scala-sbt:sbt-launch:1.11.7", folder)
        lines = (
            f"FROM {_base(match[1])}",
            f"COPY {jar} /opt/sbt-launch.jar",
            f"RUN printf '{script}' > /usr/local/bin/sbt && chmod +x /usr/local/bin/sbt",
            "WORKDIR /root",
            'CMD ["sbt"]',
        )
        engine.build(name, "\n".join(lines) + "\n", folder)


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        pattern=r"eclipse-temurin:(8|11|17|21|25)-(jdk|jre)(?:-noble)?",
        example="eclipse-temurin:21-jdk, -jre (25 too; 21 stands in for 8, 11, 17)",
        make=_temurin,
        needs=(DEBIAN,),
    ),
    Recipe(
        pattern=r"maven:3(?:\.9)?(?:\.\d+)?-eclipse-temurin-(8|11|17|21)",
        example="maven:3.9-eclipse-temurin-21",
        make=_maven,
        needs=(_JDK,),
    ),
    Recipe(
        pattern=r"maven:3(?:\.9)?(?:\.\d+)?-eclipse-temurin-(25)",
        example="maven:3.9-eclipse-temurin-25",
        make=_maven,
        needs=("eclipse-temurin:25-jdk",),
    ),
    Recipe(
        pattern=r"tomcat:(9|10|11)(?:\.\d+)*-(?:jre|jdk)(8|11|17|21)(?:-temurin)?",
        example="tomcat:10.1-jdk21-temurin",
        make=_tomcat,
        needs=(_JDK,),
    ),
    Recipe(
        pattern=r"sbtscala/scala-sbt:eclipse-temurin-(17|21)[\w.-]*",
        example="sbtscala/scala-sbt:eclipse-temurin-21.0.8_9_1.12.6_3.8.2",
        make=_scala,
        needs=(_JDK,),
    ),
    Recipe(
        pattern=r"clojure:temurin-(8|11|17|21)-lein(?:-[\d.]+)?",
        example="clojure:temurin-21-lein (the distribution's Leiningen)",
        make=_clojure,
        needs=(_JDK,),
    ),
)

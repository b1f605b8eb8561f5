from pathlib import Path

import pytest

from tests.support.source import facts_of

MAIN = "package a\n\nobject Shop extends App {\n  val version = 1\n}\n"
SOURCE = "src/main/scala/Shop.scala"


@pytest.mark.parametrize(
    ("code", "main"),
    [
        (MAIN, "a.Shop"),
        ("package a.b\n\nobject Srv {\n  def main(args: Array[String]): Unit = ()\n}\n", "a.b.Srv"),
        ("package a\n\n@main def serve(): Unit = ()\n", "a.serve"),
        ("object Io extends IOApp.Simple {\n  def run = ???\n}\n", "Io"),
    ],
)
def test_main(tmp_path: Path, code: str, main: str) -> None:
    facts = facts_of(tmp_path, {"build.sbt": 'name := "x"\n', SOURCE: code})
    assert facts.find_value("scala.main") == main


def test_main_that_the_build_names(tmp_path: Path) -> None:
    build = 'Compile / mainClass := Some("a.Other")\n'
    facts = facts_of(tmp_path, {"build.sbt": build, SOURCE: MAIN})
    assert facts.find_value("scala.start") == ("java", "-cp", "/app/lib/*", "a.Other")


def test_without_a_packager_one_is_added(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"build.sbt": "", SOURCE: MAIN})
    assert facts.find_value("scala.needs_packager") is True
    assert facts.find_value("scala.task") == "stage"


def test_packager(tmp_path: Path) -> None:
    plugins = 'addSbtPlugin("com.github.sbt" % "sbt-native-packager" % "1.10.0")\n'
    files = {"build.sbt": "enablePlugins(JavaAppPackaging)\n", "project/plugins.sbt": plugins}
    facts = facts_of(tmp_path, {**files, SOURCE: MAIN})
    assert facts.find_value("scala.needs_packager") is False
    assert facts.find_value("scala.needs_enabling") is False


def test_assembly(tmp_path: Path) -> None:
    plugins = 'addSbtPlugin("com.eed3si9n" % "sbt-assembly" % "2.2.0")\n'
    files = {"build.sbt": 'assembly / assemblyJarName := "shop.jar"\n'}
    facts = facts_of(tmp_path, {**files, "project/assembly.sbt": plugins, SOURCE: MAIN})
    assert facts.find_value("scala.product") == "target/scala-*/shop.jar"
    assert facts.find_value("scala.start") == ("java", "-cp", "/app/app.jar", "a.Shop")


def test_play(tmp_path: Path) -> None:
    plugins = 'addSbtPlugin("org.playframework" % "sbt-plugin" % "3.0.5")\n'
    files = {
        "build.sbt": 'lazy val root = (project in file(".")).enablePlugins(PlayScala)\n',
        "project/plugins.sbt": plugins,
        "app/controllers/Home.scala": "package controllers\nclass Home\n",
    }
    facts = facts_of(tmp_path, files)
    assert facts.find_value("scala.framework_title") == "Play"
    assert facts.find_value("scala.port") == 9000
    assert "APPLICATION_SECRET" in str(facts.find_value("scala.start"))


def test_project_in_a_folder(tmp_path: Path) -> None:
    build = (
        'lazy val core = project.in(file("modules/core"))\n'
        'lazy val server = (project in file("modules/server")).dependsOn(core)\n'
    )
    files = {
        "build.sbt": build,
        "modules/core/src/main/scala/C.scala": "class C\n",
        f"modules/server/{SOURCE}": MAIN,
    }
    facts = facts_of(tmp_path, files)
    assert facts.find_value("scala.task") == "server/stage"
    assert facts.find_value("scala.product") == "modules/server/target/universal/stage"


@pytest.mark.parametrize(
    ("dependency", "title"),
    [
        ('"org.http4s" %% "http4s-ember-server" % "0.23.27"', "http4s"),
        ('"com.typesafe.akka" %% "akka-http" % "10.5.0"', "Akka HTTP"),
        ('"dev.zio" %% "zio-http" % zioHttpVersion', "ZIO HTTP"),
        ('"dev.zio" %% "zio" % "2.0.0"', None),
    ],
)
def test_framework(tmp_path: Path, dependency: str, title: str | None) -> None:
    build = f"libraryDependencies += {dependency}\n"
    facts = facts_of(tmp_path, {"build.sbt": build, SOURCE: MAIN})
    assert facts.find_value("scala.framework_title") == title


def test_literal_port(tmp_path: Path) -> None:
    code = MAIN.replace("val version = 1", 'Http().newServerAt("0.0.0.0", 8484)')
    facts = facts_of(tmp_path, {"build.sbt": "", SOURCE: code})
    assert facts.find_value("scala.port") == 8484


def test_port_variable_of_the_settings(tmp_path: Path) -> None:
    code = MAIN.replace("val version = 1", "Http().newServerAt(host, port)")
    conf = {"src/main/resources/application.conf": "port = 9001\nport = ${?HTTP_PORT}\n"}
    facts = facts_of(tmp_path, {"build.sbt": "", SOURCE: code, **conf})
    assert facts.find_value("scala.port_variable") == "HTTP_PORT"


def test_library(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"build.sbt": "", SOURCE: "class A\n"})
    assert facts.find_value("scala.start") is None
    assert "no program" in facts.problems[0].what

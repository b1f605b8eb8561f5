from pathlib import Path

import pytest

from draftpy.inspectors.facts import Facts
from tests.support.source import facts_of

MAIN = "package a.b;\npublic class Main {\n  public static void main(String[] args) {}\n}\n"
SERVER = MAIN.replace("{}", '{ new ServerSocket(Integer.parseInt(System.getenv("PORT"))); }')
SPRING_MAIN = MAIN.replace("public class", "@SpringBootApplication\npublic class")
JAVA = "src/main/java/a/b/Main.java"
BOOT_PLUGIN = "<plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin>"


def pom(body: str = "", *, artifact: str = "shop", version: str = "1.0") -> str:
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0">\n'
        f"<artifactId>{artifact}</artifactId>\n<version>{version}</version>\n{body}</project>\n"
    )


def build(*plugins: str) -> str:
    return f"<build><plugins>{''.join(plugins)}</plugins></build>\n"


def depends(*packages: str) -> str:
    listed = (
        f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId></dependency>\n"
        for group, _, name in (package.partition(":") for package in packages)
    )
    return f"<dependencies>{''.join(listed)}</dependencies>\n"


def boot_parent(version: str = "3.5.0") -> str:
    return (
        "<parent><groupId>org.springframework.boot</groupId>"
        f"<artifactId>spring-boot-starter-parent</artifactId><version>{version}</version></parent>\n"
    )


SPRING_POM = pom(
    boot_parent() + depends("org.springframework.boot:spring-boot-starter-web") + build(BOOT_PLUGIN)
)


def value(facts: Facts, name: str) -> object:
    return facts.find_value(f"java.{name}")


def test_spring_boot(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"pom.xml": SPRING_POM, JAVA: SPRING_MAIN})
    assert value(facts, "framework_title") == "Spring Boot"
    assert value(facts, "framework_version") == "3.5"
    assert value(facts, "kind") == "web"
    assert value(facts, "port_variable") == "SERVER_PORT"
    assert value(facts, "product") == "target/shop-1.0.jar"
    assert value(facts, "layout") == "layers"


def test_spring_boot_before_3_3_stays_one_jar(tmp_path: Path) -> None:
    text = SPRING_POM.replace("3.5.0", "3.2.1")
    assert value(facts_of(tmp_path, {"pom.xml": text, JAVA: SPRING_MAIN}), "layout") == "spring"


def test_spring_boot_without_its_plugin_is_repackaged(tmp_path: Path) -> None:
    text = pom(boot_parent() + depends("org.springframework.boot:spring-boot-starter-web"))
    facts = facts_of(tmp_path, {"pom.xml": text, JAVA: SPRING_MAIN})
    assert "spring-boot-maven-plugin:repackage" in str(value(facts, "build"))


def test_spring_boot_without_a_web_part_is_a_worker(tmp_path: Path) -> None:
    text = SPRING_POM.replace("spring-boot-starter-web", "spring-boot-starter")
    facts = facts_of(tmp_path, {"pom.xml": text, JAVA: SPRING_MAIN})
    assert value(facts, "kind") == "worker"
    assert value(facts, "port") is None


@pytest.mark.parametrize(
    ("file", "text", "port"),
    [
        ("application.properties", "server.port=9191\n", 9191),
        ("application.properties", "server.port=${PORT:5000}\n", 8080),
        ("application.properties", "# server.port=9\nserver.port = 80\n", 8080),
        ("application.yml", "server:\n  port: 9292\n", 9292),
        ("application.yml", "name: @project.name@\nserver.port: 9393\n", 9393),
        ("application.yml", "a: 1\n---\nserver.port: 9393\n", 8080),
    ],
)
def test_spring_port(tmp_path: Path, file: str, text: str, port: int) -> None:
    files = {"pom.xml": SPRING_POM, JAVA: SPRING_MAIN, f"src/main/resources/{file}": text}
    assert value(facts_of(tmp_path, files), "port") == port


def test_actuator_is_probed_below_the_context_path(tmp_path: Path) -> None:
    actuator = "org.springframework.boot:spring-boot-starter-actuator"
    text = SPRING_POM.replace("</dependencies>", depends(actuator)[14:])
    settings = "server.servlet.context-path=/shop\n"
    files = {"pom.xml": text, JAVA: SPRING_MAIN}
    files["src/main/resources/application.properties"] = settings
    path = value(facts_of(tmp_path, files), "health_path")
    assert path == "/shop/actuator/health/liveness"


def test_actuator_behind_a_login_is_not_probed(tmp_path: Path) -> None:
    start = "org.springframework.boot:spring-boot-starter"
    text = SPRING_POM.replace(
        "</dependencies>", depends(f"{start}-actuator", f"{start}-security")[14:]
    )
    facts = facts_of(tmp_path, {"pom.xml": text, JAVA: SPRING_MAIN})
    assert value(facts, "health_path") is None


def test_quarkus(tmp_path: Path) -> None:
    plugin = "<plugin><artifactId>quarkus-maven-plugin</artifactId></plugin>"
    text = pom(depends("io.quarkus:quarkus-rest") + build(plugin))
    facts = facts_of(tmp_path, {"pom.xml": text, "src/main/java/R.java": "class R {}"})
    assert value(facts, "product") == "target/quarkus-app"
    assert value(facts, "start") == ("java", "-jar", "/app/quarkus-run.jar")
    assert value(facts, "port_variable") == "QUARKUS_HTTP_PORT"


def test_quarkus_as_one_jar(tmp_path: Path) -> None:
    plugin = "<plugin><artifactId>quarkus-maven-plugin</artifactId></plugin>"
    settings = {"src/main/resources/application.properties": "quarkus.package.jar.type=uber-jar\n"}
    text = pom(depends("io.quarkus:quarkus-rest") + build(plugin))
    facts = facts_of(tmp_path, {"pom.xml": text, **settings})
    assert value(facts, "product") == "target/*-runner.jar"
    assert value(facts, "start") == ("java", "-jar", "/app/app.jar")


def test_plain_program_gets_its_packages_beside_it(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"pom.xml": pom(depends("g:lib")), JAVA: SERVER})
    assert value(facts, "start") == ("java", "-cp", "/app/app.jar:/app/lib/*", "a.b.Main")
    assert "dependency:copy-dependencies" in str(value(facts, "build"))
    assert value(facts, "kind") == "web"
    assert value(facts, "port_variable") == "PORT"


def test_plain_program_without_packages(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"pom.xml": pom(), JAVA: MAIN})
    assert value(facts, "start") == ("java", "-cp", "/app/app.jar", "a.b.Main")
    assert value(facts, "libraries") == ""
    assert value(facts, "kind") == "worker"


def test_shaded_jar(tmp_path: Path) -> None:
    shade = (
        "<plugin><artifactId>maven-shade-plugin</artifactId><configuration><transformers>"
        "<transformer><mainClass>a.b.Main</mainClass></transformer></transformers>"
        "</configuration></plugin>"
    )
    text = pom(depends("io.javalin:javalin") + build(shade))
    facts = facts_of(tmp_path, {"pom.xml": text, JAVA: MAIN})
    assert value(facts, "product") == "target/shop-1.0.jar"
    assert value(facts, "start") == ("java", "-jar", "/app/app.jar")
    assert value(facts, "framework_title") == "Javalin"


def test_assembled_jar(tmp_path: Path) -> None:
    assembly = (
        "<plugin><artifactId>maven-assembly-plugin</artifactId><executions><execution><goals>"
        "<goal>single</goal></goals></execution></executions><configuration><descriptorRefs>"
        "<descriptorRef>jar-with-dependencies</descriptorRef></descriptorRefs></configuration>"
        "</plugin>"
    )
    text = pom(depends("g:lib") + "<build><finalName>run</finalName><plugins>" + assembly)
    text = text.replace("</project>", "</plugins></build></project>")
    facts = facts_of(tmp_path, {"pom.xml": text, JAVA: MAIN})
    assert value(facts, "product") == "target/run-jar-with-dependencies.jar"


@pytest.mark.parametrize(
    ("package", "image"),
    [
        ("javax.servlet:javax.servlet-api", "tomcat:9.0-jdk17-temurin"),
        ("jakarta.servlet:jakarta.servlet-api", "tomcat:10.1-jdk17-temurin"),
    ],
)
def test_war_runs_on_the_tomcat_of_its_packages(tmp_path: Path, package: str, image: str) -> None:
    body = "<packaging>war</packaging><properties><java.version>17</java.version></properties>"
    facts = facts_of(tmp_path, {"pom.xml": pom(body + depends(package))})
    assert value(facts, "server_image") == image
    assert value(facts, "product") == "target/shop-1.0.war"
    assert value(facts, "kind") == "web"


def modules(*names: str) -> str:
    listed = "".join(f"<module>{name}</module>" for name in names)
    return f"<packaging>pom</packaging><modules>{listed}</modules>\n"


def test_app_among_modules(tmp_path: Path) -> None:
    child = "<parent><artifactId>shop</artifactId></parent>"
    web = depends("org.springframework.boot:spring-boot-starter-web")
    files = {
        "pom.xml": pom(boot_parent() + modules("core", "web")),
        "core/pom.xml": pom(child, artifact="core"),
        "web/pom.xml": pom(child + web + build(BOOT_PLUGIN), artifact="web", version="2"),
        "core/src/main/java/a/Tool.java": MAIN.replace("Main", "Tool"),
        f"web/{JAVA}": SPRING_MAIN,
    }
    facts = facts_of(tmp_path, files)
    assert value(facts, "product") == "web/target/web-2.jar"
    assert "--projects web --also-make" in str(value(facts, "build"))
    assert value(facts, "framework_version") == "3.5"
    assert "others: core" in facts.problems[0].what


def test_version_of_a_property_and_of_the_parent(tmp_path: Path) -> None:
    parent = (
        modules("web")
        + "<properties><revision>3.1</revision><java.version>17</java.version></properties>"
    )
    child = "<parent><artifactId>shop</artifactId><version>${revision}</version></parent>"
    files = {
        "pom.xml": pom(parent, version="${revision}"),
        "web/pom.xml": f"<project>{child}<artifactId>web</artifactId></project>",
        f"web/{JAVA}": MAIN,
    }
    facts = facts_of(tmp_path, files)
    assert value(facts, "product") == "web/target/web-3.1.jar"
    assert value(facts, "version") == "17"


@pytest.mark.parametrize(
    ("properties", "version"),
    [
        ("<maven.compiler.release>21</maven.compiler.release>", "21"),
        ("<maven.compiler.source>1.8</maven.compiler.source>", "8"),
        ("<java.version>16</java.version>", "17"),
        ("<maven.compiler.target>1.6</maven.compiler.target>", "8"),
        ("<v>11</v><maven.compiler.release>${v}</maven.compiler.release>", "11"),
        ("", "21"),
    ],
)
def test_jdk_of_maven(tmp_path: Path, properties: str, version: str) -> None:
    files = {"pom.xml": pom(f"<properties>{properties}</properties>"), JAVA: MAIN}
    assert value(facts_of(tmp_path, files), "version") == version


def test_jdk_of_sdkman(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"pom.xml": pom(), JAVA: MAIN, ".sdkmanrc": "java=25.0.1-tem\n"})
    assert value(facts, "version") == "25"
    fact = facts.find("java.version")
    assert fact
    assert fact.evidence
    assert fact.evidence.place == ".sdkmanrc:1"


def test_checks_of_style_stay_out_of_the_image(tmp_path: Path) -> None:
    plugins = build("<plugin><artifactId>maven-checkstyle-plugin</artifactId></plugin>")
    facts = facts_of(tmp_path, {"pom.xml": pom(plugins), JAVA: MAIN})
    assert "-Dcheckstyle.skip=true" in str(value(facts, "build"))


def test_dropwizard_is_told_to_serve_by_its_settings(tmp_path: Path) -> None:
    files = {"pom.xml": pom(depends("io.dropwizard:dropwizard-core")), JAVA: MAIN}
    facts = facts_of(tmp_path, {**files, "config.yml": "server:\n  rootPath: /api\n"})
    start = value(facts, "start")
    assert isinstance(start, tuple)
    assert start[-3:] == ("a.b.Main", "server", "config.yml")
    assert value(facts, "assets") == ("config.yml",)


def test_wrapper_is_used_if_it_is_whole(tmp_path: Path) -> None:
    files = {"pom.xml": pom(), JAVA: MAIN, "mvnw": "#!/bin/sh\n"}
    assert "mvn " in str(value(facts_of(tmp_path, files), "build"))
    files[".mvn/wrapper/maven-wrapper.properties"] = "distributionUrl=x\n"
    facts = facts_of(tmp_path, files)
    assert "sh mvnw " in str(value(facts, "build"))
    assert value(facts, "build_image") == "eclipse-temurin:21-jdk"


def test_wrapper_of_windows_is_left_alone(tmp_path: Path) -> None:
    files = {"pom.xml": pom(), JAVA: MAIN, ".mvn/wrapper/maven-wrapper.properties": "d=x\n"}
    (tmp_path / "mvnw").write_bytes(b"#!/bin/sh\r\n")
    assert "sh mvnw" not in str(value(facts_of(tmp_path, files), "build"))


def test_broken_pom_is_named(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"pom.xml": "<project>\n<a></b></project>", JAVA: MAIN})
    assert facts.problems[0].place == "pom.xml:2"
    assert value(facts, "start") is None


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    text = '<!DOCTYPE p [<!ENTITY a "b">]><project>&a;</project>'
    assert "entities" in facts_of(tmp_path, {"pom.xml": text}).problems[0].what


def test_library_says_that_nothing_can_be_started(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"pom.xml": pom(), "src/main/java/A.java": "class A {}"})
    assert value(facts, "start") is None
    assert "nothing in it can be started" in facts.problems[0].what


def test_kotlin_by_maven(tmp_path: Path) -> None:
    code = "package x\nfun main() { embeddedServer(Netty, port = 8181) {}.start() }\n"
    files = {"pom.xml": pom(depends("io.ktor:ktor-server-netty")), "src/main/kotlin/app.kt": code}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("kotlin.start") == ("java", "-cp", "/app/app.jar:/app/lib/*", "x.AppKt")
    assert facts.find_value("kotlin.port") == 8181
    assert value(facts, "manifest") is None


def test_module_and_package_may_lie_deep(tmp_path: Path) -> None:
    folder = "services/shop/api"
    child = "<parent><artifactId>shop</artifactId></parent>"
    files = {
        "pom.xml": pom(modules(folder)),
        f"{folder}/pom.xml": pom(child, artifact="api"),
        f"{folder}/src/main/java/com/example/company/shop/api/Main.java": MAIN,
    }
    assert value(facts_of(tmp_path, files), "product") == f"{folder}/target/api-1.0.jar"


def test_only_java_alone_is_compiled_in_the_pod(tmp_path: Path) -> None:
    files = {"pom.xml": pom(), JAVA: MAIN}
    assert value(facts_of(tmp_path, files), "program") == "a.b.Main"
    files["src/main/kotlin/B.kt"] = "class B\n"
    assert value(facts_of(tmp_path, files), "program") is None

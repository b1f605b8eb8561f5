from pathlib import Path

import pytest

from tests.support.source import facts_of

MAIN = "package a.b;\npublic class Main {\n  public static void main(String[] args) {}\n}\n"
SPRING_MAIN = MAIN.replace("public class", "@SpringBootApplication\npublic class")
JAVA = "src/main/java/a/b/Main.java"
WRAPPER = {
    "gradlew": "#!/bin/sh\n",
    "gradle/wrapper/gradle-wrapper.jar": "",
    "gradle/wrapper/gradle-wrapper.properties": "distributionUrl=x/gradle-8.10.2-bin.zip\n",
}
SPRING = """\
plugins {
    id 'java'
    id 'org.springframework.boot' version '3.4.1'
}
java { toolchain { languageVersion = JavaLanguageVersion.of(17) } }
dependencies {
    // implementation 'io.javalin:javalin:1'
    implementation 'org.springframework.boot:spring-boot-starter-web'
}
"""
KTOR = """\
plugins {
    kotlin("jvm") version "2.0.0"
    id("io.ktor.plugin") version "3.0.1"
}
application {
    mainClass.set("io.ktor.server.netty.EngineMain")
}
dependencies {
    implementation("io.ktor:ktor-server-netty-jvm")
}
"""


def test_spring_boot(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"build.gradle": SPRING, JAVA: SPRING_MAIN, **WRAPPER})
    assert facts.find_value("java.framework_version") == "3.4"
    assert facts.find_value("java.build") == ("sh gradlew --no-daemon :bootJar",)
    assert facts.find_value("java.product") == "build/libs/*.jar"
    assert facts.find_value("java.version") == "17"
    assert facts.find_value("java.build_image") == "eclipse-temurin:17-jdk"


def test_without_a_wrapper_the_image_brings_gradle(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"build.gradle": SPRING, JAVA: SPRING_MAIN})
    assert facts.find_value("java.build") == ("gradle --no-daemon :bootJar",)
    assert facts.find_value("java.build_image") == "gradle:8-jdk17"


def test_wrapper_without_its_jar_is_told(tmp_path: Path) -> None:
    wrapper = {name: text for name, text in WRAPPER.items() if not name.endswith(".jar")}
    facts = facts_of(tmp_path, {"build.gradle": SPRING, JAVA: SPRING_MAIN, **wrapper})
    assert facts.find_value("java.build") == ("gradle --no-daemon :bootJar",)
    assert "gradle-wrapper.jar" in facts.problems[0].what


def test_application_plugin_with_the_kotlin_dsl_and_java_sources(tmp_path: Path) -> None:
    code = 'plugins { application }\napplication { mainClass = "a.b.Main" }\n'
    files = {"build.gradle.kts": code, "settings.gradle.kts": 'rootProject.name = "shop"\n'}
    facts = facts_of(tmp_path, {**files, JAVA: MAIN})
    assert facts.find_value("java.libraries") == "build/install/shop/lib"
    assert facts.find_value("java.start") == ("java", "-cp", "/app/lib/*", "a.b.Main")


def test_arguments_for_the_jvm_keep_the_script(tmp_path: Path) -> None:
    code = "plugins { id 'application' }\nmainClassName = 'a.b.Main'\n"
    code += "applicationDefaultJvmArgs = ['-Dx=1']\n"
    files = {"build.gradle": code, "settings.gradle": "rootProject.name = 'shop'\n", JAVA: MAIN}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("java.start") == ("/app/bin/shop",)


def test_ktor(tmp_path: Path) -> None:
    code = "fun Application.module() {}\n"
    conf = "ktor { deployment { port = 8085\n port = ${?PORT} } }\n"
    files = {"build.gradle.kts": KTOR, "src/main/kotlin/App.kt": code}
    facts = facts_of(tmp_path, {**files, "src/main/resources/application.conf": conf})
    assert facts.find_value("kotlin.framework_title") == "Ktor"
    assert facts.find_value("kotlin.framework_version") == "3.0"
    start = facts.find_value("kotlin.start")
    assert start == ("java", "-cp", "/app/lib/*", "io.ktor.server.netty.EngineMain")
    assert facts.find_value("kotlin.port_variable") == "PORT"


def test_ktor_with_a_port_in_its_yaml(tmp_path: Path) -> None:
    files = {"build.gradle.kts": KTOR, "src/main/kotlin/App.kt": "fun Application.module() {}\n"}
    conf = "ktor:\n  deployment:\n    port: 8085\n"
    facts = facts_of(tmp_path, {**files, "src/main/resources/application.yaml": conf})
    assert facts.find_value("kotlin.port") == 8085


def test_version_catalogue(tmp_path: Path) -> None:
    catalogue = (
        '[versions]\nboot = "3.3.0"\n[libraries]\n'
        'spring-web = { module = "org.springframework.boot:spring-boot-starter-web" }\n'
        '[plugins]\nspring-boot = { id = "org.springframework.boot", version.ref = "boot" }\n'
    )
    code = "plugins { alias(libs.plugins.spring.boot) }\n"
    code += "dependencies { implementation(libs.spring.web) }\n"
    files = {"build.gradle.kts": code, "gradle/libs.versions.toml": catalogue, JAVA: SPRING_MAIN}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("java.framework_version") == "3.3"
    assert facts.find_value("java.kind") == "web"


def test_broken_catalogue_is_named(tmp_path: Path) -> None:
    files = {"build.gradle": SPRING, JAVA: SPRING_MAIN, "gradle/libs.versions.toml": "[a"}
    facts = facts_of(tmp_path, files)
    assert facts.problems[0].place == "gradle/libs.versions.toml"
    assert facts.find_value("java.start")


def test_app_among_projects(tmp_path: Path) -> None:
    files = {
        "settings.gradle": "include 'core', ':app'\n",
        "build.gradle": "plugins { id 'org.springframework.boot' version '3.4.0' apply false }\n",
        "core/build.gradle": "plugins { id 'java-library' }\n",
        "app/build.gradle": "plugins { id 'org.springframework.boot' }\n",
        "core/src/main/java/C.java": "class C {}",
        f"app/{JAVA}": SPRING_MAIN,
    }
    facts = facts_of(tmp_path, files)
    assert facts.find_value("java.build") == ("gradle --no-daemon :app:bootJar",)
    assert facts.find_value("java.product") == "app/build/libs/*.jar"


def test_plugins_of_the_builds_own(tmp_path: Path) -> None:
    own = "plugins { id 'application' }\njava.toolchain.languageVersion = "
    own += "JavaLanguageVersion.of(25)\n"
    files = {
        "settings.gradle": "include('app')\n",
        "buildSrc/src/main/groovy/shop.app.gradle": own,
        "app/build.gradle": "plugins { id 'shop.app' }\napplication.mainClass = 'a.b.Main'\n",
        f"app/{JAVA}": MAIN,
    }
    facts = facts_of(tmp_path, files)
    assert facts.find_value("java.libraries") == "app/build/install/app/lib"
    assert facts.find_value("java.version") == "25"


def test_shadow_jar(tmp_path: Path) -> None:
    code = "plugins {\n  id 'java'\n  id 'com.gradleup.shadow' version '8.3.0'\n}\n"
    code += "jar { manifest { attributes 'Main-Class': 'a.b.Main' } }\n"
    facts = facts_of(tmp_path, {"build.gradle": code, JAVA: MAIN})
    assert facts.find_value("java.product") == "build/libs/*-all.jar"
    assert facts.find_value("java.start") == ("java", "-jar", "/app/app.jar")


def test_fat_jar_by_hand(tmp_path: Path) -> None:
    code = (
        "plugins { id 'java' }\ndependencies { implementation 'g:a:1' }\n"
        "jar {\n manifest { attributes('Main-Class': 'a.b.Main') }\n"
        " from { configurations.runtimeClasspath.collect { zipTree(it) } }\n}\n"
    )
    facts = facts_of(tmp_path, {"build.gradle": code, JAVA: MAIN})
    assert facts.find_value("java.product") == "build/libs/*.jar"


def test_android_app_is_no_server(tmp_path: Path) -> None:
    code = "plugins { id 'com.android.application' }\n"
    facts = facts_of(tmp_path, {"build.gradle": code, "src/main/kotlin/A.kt": "fun main() {}\n"})
    assert facts.find_value("kotlin.start") is None
    assert "Android" in facts.problems[0].what


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("sourceCompatibility = JavaVersion.VERSION_11", "11"),
        ("sourceCompatibility = '1.8'", "8"),
        ("sourceCompatibility = 17", "17"),
        ("kotlin { jvmToolchain(22) }", "22"),
        ("tasks.withType(JavaCompile) { options.release = 20 }", "21"),
        ("kotlinOptions { jvmTarget = '17' }", "17"),
        ("", "21"),
    ],
)
def test_jdk(tmp_path: Path, line: str, version: str) -> None:
    code = f"plugins {{ id 'application' }}\n{line}\n"
    facts = facts_of(tmp_path, {"build.gradle": code, JAVA: MAIN})
    assert facts.find_value("java.version") == version


@pytest.mark.parametrize(("gradle", "version"), [("6.9", "8"), ("7.6", "17"), ("8.10", "21")])
def test_old_wrapper_limits_the_jdk(tmp_path: Path, gradle: str, version: str) -> None:
    wrapper = {**WRAPPER, "gradle/wrapper/gradle-wrapper.properties": f"d=gradle-{gradle}-all.zip"}
    files = {"build.gradle": "plugins { id 'application' }\n", JAVA: MAIN, **wrapper}
    assert facts_of(tmp_path, files).find_value("java.version") == version


def test_maven_goes_before_gradle(tmp_path: Path) -> None:
    pom = "<project><artifactId>a</artifactId><version>1</version></project>"
    facts = facts_of(tmp_path, {"pom.xml": pom, "build.gradle": SPRING, JAVA: SPRING_MAIN})
    assert facts.find_value("java.manifest") == "pom.xml"
    assert "build.gradle is not used" in " ".join(f"{p.file} {p.what}" for p in facts.problems)

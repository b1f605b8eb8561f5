from pathlib import Path

import pytest

from tests.support.source import facts_of


def package(targets: str, head: str = "// swift-tools-version:6.0", rest: str = "") -> str:
    return f'{head}\nlet package = Package(\n  name: "p",\n{rest}  targets: [{targets}]\n)\n'


APP = '.executableTarget(name: "App")'
VAPOR = '  dependencies: [.package(url: "https://github.com/vapor/vapor.git", from: "4.99.0")],\n'


def test_program(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"Package.swift": package(APP)})
    assert facts.find_value("swift.program") == "App"
    assert facts.find_value("swift.kind") == "worker"


def test_product_of_another_name(tmp_path: Path) -> None:
    products = '  products: [.executable(name: "shop", targets: ["App"])],\n'
    facts = facts_of(tmp_path, {"Package.swift": package(APP, rest=products)})
    assert facts.find_value("swift.program") == "shop"


def test_target_that_is_a_program_by_its_main_file(tmp_path: Path) -> None:
    files = {"Package.swift": package('.target(name: "Run")'), "Sources/Run/main.swift": ""}
    assert facts_of(tmp_path, files).find_value("swift.program") == "Run"


def test_app_goes_before_tools(tmp_path: Path) -> None:
    targets = f'.executableTarget(name: "SeedTool"), {APP}, .testTarget(name: "AppTests")'
    facts = facts_of(tmp_path, {"Package.swift": package(targets)})
    assert facts.find_value("swift.program") == "App"
    assert facts.problems == ()


def test_commented_target_is_none(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"Package.swift": package(f"// {APP}\n")})
    assert facts.find_value("swift.program") is None
    assert "no program" in facts.problems[0].what


def test_vapor(tmp_path: Path) -> None:
    files = {"Package.swift": package(APP, rest=VAPOR), "Public/a.css": ""}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("swift.framework_title") == "Vapor"
    assert facts.find_value("swift.framework_version") == "4.99"
    assert facts.find_value("swift.port") == 8080
    assert "--hostname" in str(facts.find_value("swift.arguments"))
    assert facts.find_value("swift.assets") == ("Public",)


def test_options_of_the_program(tmp_path: Path) -> None:
    code = '@Option(name: .shortAndLong)\nvar hostname = "127.0.0.1"\n@Option var port = 8080\n'
    files = {"Package.swift": package(APP), "Sources/App/App.swift": f"{code}bind(x)\n"}
    arguments = facts_of(tmp_path, files).find_value("swift.arguments")
    assert arguments == ("--hostname", "0.0.0.0", "--port", "{port}")


@pytest.mark.parametrize(
    ("code", "port"),
    [
        ('app.run(.init(address: .hostname("0.0.0.0", port: 8181)))\nHTTPServer()', 8181),
        ("let port = 8182\nlisten(fd, 5)", 8182),
    ],
)
def test_port(tmp_path: Path, code: str, port: int) -> None:
    files = {"Package.swift": package(APP), "Sources/App/main.swift": code}
    assert facts_of(tmp_path, files).find_value("swift.port") == port


@pytest.mark.parametrize(
    ("head", "pinned", "version"),
    [
        ("// swift-tools-version:5.7", "", "6.2"),
        ("// swift-tools-version: 6.3", "", "6.3"),
        ("// swift-tools-version:5.7", "5.10.1\n", "5.10"),
    ],
)
def test_version(tmp_path: Path, head: str, pinned: str, version: str) -> None:
    files = {"Package.swift": package(APP, head)}
    files |= {".swift-version": pinned} if pinned else {}
    assert facts_of(tmp_path, files).find_value("swift.version") == version

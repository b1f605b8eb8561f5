from pathlib import Path

import pytest

from tests.support.source import facts_of

CABAL = """\
name: shop
library
  build-depends: base
executable shop-exe
  main-is: Main.hs
  build-depends:
      base >=4.7 && <5
    , DEPENDS
    , text
"""


def cabal(depends: str = "bytestring") -> str:
    return CABAL.replace("DEPENDS", depends)


def test_program(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"shop.cabal": cabal(), "Main.hs": "main = pure ()\n"})
    assert facts.find_value("haskell.program") == "shop-exe"
    assert facts.find_value("haskell.tool") == "cabal"
    assert facts.find_value("haskell.kind") == "worker"


def test_commented_program_is_none(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"a.cabal": "name: a\n-- executable b\nlibrary\n"})
    assert facts.find_value("haskell.program") is None
    assert "no program" in facts.problems[0].what


def test_package_yaml(tmp_path: Path) -> None:
    text = "name: shop\ndependencies: [base, scotty]\nexecutables: {shop-exe: {main: M.hs}}\n"
    facts = facts_of(tmp_path, {"package.yaml": text, "stack.yaml": "resolver: lts-22.43\n"})
    assert facts.find_value("haskell.program") == "shop-exe"
    assert facts.find_value("haskell.tool") == "stack"
    assert facts.find_value("haskell.version") == "9.6"
    assert facts.find_value("haskell.framework_title") == "Scotty"


@pytest.mark.parametrize(
    ("code", "port"),
    [
        ("main = scotty 3001 $ do", 3001),
        ("main = run 8081 app", 8081),
        ("main = do\n  let port = 8082\n  runSettings (setPort port defaultSettings) app", 8082),
        ("-- scotty 1111\nmain = scotty 2222 $ do", 2222),
    ],
)
def test_port(tmp_path: Path, code: str, port: int) -> None:
    facts = facts_of(tmp_path, {"shop.cabal": cabal("scotty"), "Main.hs": f"{code}\n"})
    assert facts.find_value("haskell.port") == port


def test_port_variable(tmp_path: Path) -> None:
    code = 'main = do\n  port <- lookupEnv "PORT"\n  run (read port) app\n'
    facts = facts_of(tmp_path, {"shop.cabal": cabal("warp"), "Main.hs": code})
    assert facts.find_value("haskell.port_variable") == "PORT"


def test_port_variable_of_yesod(tmp_path: Path) -> None:
    files = {"config/settings.yml": 'port: "_env:YESOD_PORT:3000"\n', "shop.cabal": cabal("yesod")}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("haskell.port_variable") == "YESOD_PORT"
    assert facts.find_value("haskell.assets") == ("config",)


def test_system_packages(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"shop.cabal": cabal("postgresql-simple")})
    assert facts.find_value("haskell.build_packages") == ("libpq-dev",)


@pytest.mark.parametrize(
    ("bound", "version"),
    [("base ^>=4.18.0", "9.6"), ("base >=4.7 && <4.20", "9.8"), ("base", "9.10")],
)
def test_compiler_of_the_bounds_of_base(tmp_path: Path, bound: str, version: str) -> None:
    text = f"executable a\n  build-depends: {bound}\n"
    assert facts_of(tmp_path, {"a.cabal": text}).find_value("haskell.version") == version


def test_broken_package_yaml_is_named(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"package.yaml": "a: [\n"})
    assert facts.problems[0].file == "package.yaml"

from pathlib import Path

import pytest

from draftpy.inspectors.facts import Facts
from tests.support.source import facts_of

MIX = """
defmodule Shop.MixProject do
  def project do
    [app: :shop, version: "1.0.0", elixir: "~> 1.17", deps: deps()]
  end
  def application, do: [mod: {Shop.Application, []}]
  defp deps do
    [
      # {:phoenix, "~> 1.0"},
      {:bandit, "~> 1.5"},
      {:credo, "~> 1.7", only: [:dev, :test], runtime: false}
    ]
  end
end
"""
PHOENIX = MIX.replace("# {:phoenix", "{:phoenix")
RELEASES = MIX.replace("app: :shop,", "app: :shop, releases: [web: []],")
UMBRELLA = 'def project do\n [apps_path: "apps", releases: [all: [applications: []]]]\nend\n'
RELX = '{deps, [cowboy]}.\n{relx, [{release, {shop, "1"}, [shop]}]}.\n'
APP = "{application, shop, [{mod, {shop_app, []}}]}.\n"
GLEAM = 'name = "shop"\n[dependencies]\nmist = "1"\n'
GLEAM_MAIN = "pub fn main() {\n  mist.port(3000)\n}\n"


def start_of(facts: Facts, ecosystem: str) -> str:
    value = facts.find_value(f"{ecosystem}.start")
    return " ".join(value) if isinstance(value, tuple) else ""


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"mix.exs": MIX}, "/app/bin/shop start"),
        ({"mix.exs": RELEASES}, "/app/bin/web start"),
        ({"mix.exs": UMBRELLA, "apps/a/mix.exs": MIX}, "/app/bin/all start"),
        ({"server.exs": "IO.puts(1)\n"}, "elixir server.exs"),
        ({"a.exs": "", "b.exs": ""}, ""),
    ],
)  # fmt: skip
def test_start_of_elixir(tmp_path: Path, files: dict[str, str], start: str) -> None:
    assert start_of(facts_of(tmp_path, files), "elixir") == start


def test_framework_of_elixir_is_parsed(tmp_path: Path) -> None:
    assert facts_of(tmp_path, {"mix.exs": MIX}).find_value("elixir.framework") == "bandit"
    facts = facts_of(tmp_path / "b", {"mix.exs": PHOENIX})
    assert facts.find_value("elixir.framework") == "phoenix"
    assert facts.find_value("elixir.kind") == "web"


@pytest.mark.parametrize(
    ("files", "version", "otp"),
    [
        ({}, "1.18", "27"),
        ({".tool-versions": "erlang 26.2\nelixir 1.16.2-otp-26\n"}, "1.16", "26"),
        ({"mix.exs": MIX.replace("~> 1.17", ">= 1.14.0 and < 1.16.0")}, "1.15", "26"),
        ({"mix.exs": MIX.replace("~> 1.17", "~> 1.19")}, "1.19", "28"),
    ],
)
def test_version_of_elixir(tmp_path: Path, files: dict[str, str], version: str, otp: str) -> None:
    facts = facts_of(tmp_path, {"mix.exs": MIX, **files})
    assert facts.find_value("elixir.version") == version
    assert facts.find_value("elixir.otp") == otp


@pytest.mark.parametrize(
    ("code", "port", "variable"),
    [
        ("{Bandit, port: 4001}\n", 4001, None),
        ('port = System.get_env("PORT", "4000")\n{Bandit, port: port}\n', 8080, "PORT"),
        ("# port: 1111\n:gen_tcp.listen(4002, [])\n", 4002, None),
    ],
)
def test_port_of_elixir(tmp_path: Path, code: str, port: int, variable: str | None) -> None:
    facts = facts_of(tmp_path, {"mix.exs": MIX, "lib/shop.ex": code})
    assert facts.find_value("elixir.port") == port
    assert facts.find_value("elixir.port_variable") == variable


def test_variables_that_runtime_settings_insist_on(tmp_path: Path) -> None:
    code = 'System.fetch_env!("API_KEY")\nx = System.get_env("SECRET_KEY_BASE") ||\n raise "no"\n'
    facts = facts_of(tmp_path, {"mix.exs": MIX, "config/runtime.exs": code})
    assert facts.find_value("elixir.needed_env") == ("API_KEY", "SECRET_KEY_BASE")
    assert "needs API_KEY" in facts.problems[0].what


def test_assets_of_phoenix(tmp_path: Path) -> None:
    mix = PHOENIX.replace("defp deps", 'defp aliases, do: ["assets.deploy": ["x"]]\n  defp deps')
    facts = facts_of(tmp_path, {"mix.exs": mix, "assets/package.json": "{}"})
    assert facts.find_value("elixir.builds_assets") is True
    assert facts.find_value("elixir.node_version") == "24"


def test_release_that_starts_nothing_is_told(tmp_path: Path) -> None:
    mix = MIX.replace("mod: {Shop.Application, []}", "")
    assert "starts nothing" in facts_of(tmp_path, {"mix.exs": mix}).problems[0].what


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"rebar.config": RELX}, "/app/bin/shop foreground"),
        ({"rebar.config": "% " + RELX.splitlines()[1] + "\n", "src/shop.app.src": APP},
         "erl -noshell -eval {ok, _} = application:ensure_all_started(shop)."),
        ({"rebar.config": "{deps, []}.\n"}, ""),
    ],
)  # fmt: skip
def test_start_of_erlang(tmp_path: Path, files: dict[str, str], start: str) -> None:
    assert start_of(facts_of(tmp_path, files), "erlang") == start


@pytest.mark.parametrize(
    ("relx", "is_dev", "has_runtime"),
    [
        ("", False, True),
        ("{dev_mode, true}", True, False),
        ("{mode, dev}", True, False),
        ("{include_erts, false}", False, False),
        ("{dev_mode, true}]}.\n{profiles, [{prod, [{relx, [{dev_mode, false}]}]}", False, True),
    ],
)
def test_kind_of_release(tmp_path: Path, relx: str, *, is_dev: bool, has_runtime: bool) -> None:
    text = f'{{relx, [{{release, {{shop, "1"}}, [shop]}}, {relx}]}}.\n'
    facts = facts_of(tmp_path, {"rebar.config": text})
    assert facts.find_value("erlang.is_dev_release") is is_dev
    assert facts.find_value("erlang.has_runtime") is has_runtime


def test_port_of_erlang(tmp_path: Path) -> None:
    code = "start() -> cowboy:start_clear(http, [{port, 8081}], #{}).\n"
    facts = facts_of(tmp_path, {"rebar.config": RELX, "src/shop_app.erl": code})
    assert facts.find_value("erlang.framework_title") == "Cowboy"
    assert facts.find_value("erlang.kind") == "web"
    assert facts.find_value("erlang.port") == 8081


def test_oldest_erlang_that_is_wanted(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"rebar.config": '{minimum_otp_vsn, "28.0"}.\n' + RELX})
    assert facts.find_value("erlang.version") == "28"


def test_gleam(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"gleam.toml": GLEAM, "src/shop.gleam": GLEAM_MAIN})
    assert start_of(facts, "gleam") == "/app/entrypoint.sh run"
    assert facts.find_value("gleam.port") == 3000
    assert facts.find_value("gleam.framework") == "mist"


def test_gleam_on_localhost_is_told(tmp_path: Path) -> None:
    files = {"gleam.toml": GLEAM, "src/shop.gleam": GLEAM_MAIN + "mist.start\n"}
    assert "localhost only" in facts_of(tmp_path, files).problems[0].what


def test_broken_gleam_toml_is_named(tmp_path: Path) -> None:
    assert facts_of(tmp_path, {"gleam.toml": "name = "}).problems[0].file == "gleam.toml"


@pytest.mark.parametrize(
    ("code", "kind"),
    [("IO.puts(1)\n", "job"), ("Process.sleep(:infinity)\n", "worker")],
)
def test_kind_of_an_elixir_script(tmp_path: Path, code: str, kind: str) -> None:
    assert facts_of(tmp_path, {"run.exs": code}).find_value("elixir.kind") == kind

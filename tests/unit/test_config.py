"""draft.yaml and what becomes of it."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from draftpy.config import (
    Environment,
    Overrides,
    load_project,
    load_user_config,
    parse_project,
    resolve_environment,
)
from draftpy.config_keys import ENVIRONMENT_KEYS, draft_yaml_schema
from draftpy.dev_settings import DevSettings
from draftpy.errors import ConfigInvalid, ConfigMissing, ExitCode

ROOT = Path("/app")
TWO = """\
version: 1
name: hello
pack: python@1
environments:
  development:
    registry: localhost:5000
    values:
      a: 1
  production:
    namespace: live
    timeout: 60
"""
SAMPLES: dict[str, Any] = {
    "namespace": "live",
    "context": "kind-dev",
    "registry": "ghcr.io/acme",
    "chart": "deploy/chart",
    "values": {"replicas": 2},
    "valuesFiles": ["live.yaml"],
    "dockerfile": "Dockerfile.dev",
    "target": "build",
    "buildArgs": {"A": "b"},
    "platform": "linux/arm64",
    "ports": ["9000:8080"],
    "timeout": 12.5,
    "dev": {"target": "build", "restart": "none"},
}


def resolve(text: str, wanted: str = "", **given: Any) -> Environment:
    overrides = Overrides(
        flags=given.get("flags", {}), environ=given.get("environ", {}), user=given.get("user", {})
    )
    return resolve_environment(parse_project(text, ROOT), wanted, overrides)


def refuse(text: str) -> ConfigInvalid:
    with pytest.raises(ConfigInvalid) as caught:
        parse_project(text, ROOT)
    assert caught.value.exit_code is ExitCode.CONFIG
    return caught.value


def test_a_short_file_is_enough() -> None:
    environment = resolve("version: 1\nname: hello\n")
    assert (environment.name, environment.namespace) == ("development", "hello")
    assert environment.chart == "charts/hello"


def test_other_environments_inherit_from_the_first() -> None:
    environment = resolve(TWO, "production")
    assert (environment.namespace, environment.registry) == ("live", "localhost:5000")
    assert environment.timeout_s == 60


def test_flag_before_environ_before_file_before_user_before_default() -> None:
    user = {"registry": "user", "timeout": 9}
    environ = {"DRAFTPY_REGISTRY": "environ"}
    assert resolve(TWO, flags={"registry": "flag"}, environ=environ, user=user).registry == "flag"
    assert resolve(TWO, environ=environ, user=user).registry == "environ"
    assert resolve(TWO, user=user).registry == "localhost:5000"
    assert resolve(TWO, user=user).timeout_s == 9
    assert resolve(TWO).timeout_s == 300


def test_each_value_says_where_it_came_from() -> None:
    sources = {setting.key: setting.source for setting in resolve(TWO, "production").settings}
    assert sources["namespace"] == "draft.yaml:10 environments.production"
    assert sources["registry"] == "draft.yaml:6 environments.development"
    assert sources["target"] == "default"


@pytest.mark.parametrize("key", [key.name for key in ENVIRONMENT_KEYS])
def test_every_key_reaches_the_environment(key: str) -> None:
    document = {"version": 1, "name": "a", "environments": {"dev": {key: SAMPLES[key]}}}
    with_key = resolve(yaml.safe_dump(document))
    without = resolve("version: 1\nname: a\nenvironments:\n  dev: {}\n")
    changed = [
        name
        for name in Environment.__dataclass_fields__
        if name != "settings" and getattr(with_key, name) != getattr(without, name)
    ]
    assert changed


def dev_of(environment: str, name: str, dev: str) -> DevSettings | None:
    text = f"version: 1\nname: a\nenvironments:\n  {environment}:\n    namespace: b\n{dev}"
    return resolve(f"{text}  {name}: {{}}\n" if name != environment else text, name).dev


def test_dev_is_on_in_development_only() -> None:
    assert resolve("version: 1\nname: a\n").dev == DevSettings()
    assert dev_of("development", "production", "") is None


def test_dev_is_not_inherited() -> None:
    dev = "    dev: {target: build}\n"
    assert dev_of("development", "production", dev) is None
    assert dev_of("development", "development", dev) == DevSettings(target="build")


def test_dev_is_on_where_it_stands() -> None:
    assert dev_of("staging", "staging", "    dev:\n") == DevSettings()
    assert dev_of("staging", "staging", "    dev: {}\n") == DevSettings()


def test_an_unknown_key_of_dev_names_line_and_nearest() -> None:
    error = refuse("version: 1\nname: a\nenvironments:\n  dev:\n    dev:\n      tagret: b\n")
    assert "draft.yaml line 6: unknown key environments.dev.dev.tagret" in error.what
    assert error.remedy == "did you mean target?"


def test_a_wrong_value_of_dev_names_line_and_value() -> None:
    error = refuse("version: 1\nname: a\nenvironments:\n  b:\n    dev:\n      restart: maybe\n")
    assert "draft.yaml line 6: environments.b.dev.restart must be one of exec" in error.what
    assert error.evidence == "'maybe'"


def test_naming_a_context_is_remembered_as_leave_to_write_there() -> None:
    text = "version: 1\nname: a\nenvironments:\n  dev:\n    context: gke\n"
    assert resolve(text).context_is_named
    assert resolve(text, flags={"context": "gke"}).context_is_named
    assert not resolve(text, flags={"context": "another"}).context_is_named
    assert not resolve(text, environ={"DRAFTPY_CONTEXT": "another"}).context_is_named
    assert not resolve("version: 1\nname: a\n", flags={"context": "gke"}).context_is_named


def test_an_unknown_key_names_line_path_and_nearest() -> None:
    error = refuse("version: 1\nname: a\nenvironments:\n  dev:\n    namspace: b\n")
    assert "draft.yaml line 5: unknown key environments.dev.namspace" in error.what
    assert error.remedy == "did you mean namespace?"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("version: 1\nname: a\nenvironments:\n  dev:\n    timeout: soon\n", "line 5"),
        ("version: 1\nname: Bad Name\n", "line 2"),
        ("version: 2\nname: a\n", "version must be 1"),
        ("version: 1\n", "name must be a text"),
        ("version: 1\nname: a\nenvironments: [1]\n", "must be a mapping"),
        ("version: 1\nname: a\nname: b\n", "line 3"),
        ("version: 1\nname: [\n", "not valid YAML"),
        ("", "not a mapping"),
        ("just text", "not a mapping"),
        ("version: 1\nname: \x00\n", "not valid YAML"),
    ],
)
def test_half_written_files_are_refused_with_their_place(text: str, what: str) -> None:
    assert what in refuse(text).what


def test_an_unknown_environment_lists_the_known() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        resolve(TWO, "prodution")
    assert "development, production" in caught.value.evidence
    assert caught.value.remedy == "did you mean production?"


def test_a_timeout_in_environ_must_be_a_number() -> None:
    assert resolve(TWO, environ={"DRAFTPY_TIMEOUT": "7"}).timeout_s == 7
    with pytest.raises(ConfigInvalid, match="DRAFTPY_TIMEOUT=x"):
        resolve(TWO, environ={"DRAFTPY_TIMEOUT": "x"})


def test_a_missing_file_says_to_create(tmp_path: Path) -> None:
    with pytest.raises(ConfigMissing) as caught:
        load_project(tmp_path)
    assert caught.value.remedy == f"draftpy create {tmp_path}"


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "draft.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        load_project(tmp_path)


def test_the_users_config_may_hold_only_some_keys(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    assert load_user_config(file) == {}
    file.write_text("registry: ghcr.io/acme\n")
    assert load_user_config(file) == {"registry": "ghcr.io/acme"}
    file.write_text("namespace: a\n")
    with pytest.raises(ConfigInvalid, match="unknown key namespace"):
        load_user_config(file)


def test_the_schema_agrees_with_the_parser() -> None:
    schema = draft_yaml_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    full = {"version": 1, "name": "a", "pack": "go@1", "environments": {"dev": SAMPLES}}
    jsonschema.validate(full, schema)
    parse_project(yaml.safe_dump(full), ROOT)
    for bad in ({**full, "x": 1}, {**full, "environments": {"dev": {"values": "no"}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)
        refuse(yaml.safe_dump(bad))

from pathlib import Path

import pytest

from draftpy.inspectors.compose import ComposeService, find_own_port, read_services
from tests.support.source import facts_of, make_source

SHOP = """\
services:
  web:
    build: .
    ports: ["8000:5000"]
    environment:
      DEBUG: false
      LEVEL: ${LEVEL:-info}
      DATABASE_URL: postgres://db/shop
      HOST: ${HOST}
  worker:
    build: {context: ., dockerfile: worker.Dockerfile}
    command: celery -A shop worker
    environment: [QUEUE=mail, API_TOKEN=x, FROM_OUTSIDE]
  db:
    image: postgres:16
"""


def read(root: Path, text: str, name: str = "compose.yaml") -> dict[str, ComposeService]:
    return {s.name: s for s in read_services(make_source(root, {name: text}))}


def test_services_and_what_they_are_made_of(tmp_path: Path) -> None:
    found = read(tmp_path, SHOP)
    assert {name: service.build for name, service in found.items()} == {
        "web": ".",
        "worker": ".",
        "db": "",
    }
    assert found["worker"].dockerfile == "worker.Dockerfile"
    assert found["worker"].args == ("celery", "-A", "shop", "worker")
    assert found["web"].evidence.place == "compose.yaml:2"


def test_environment_without_secrets_and_what_comes_from_outside(tmp_path: Path) -> None:
    found = read(tmp_path, SHOP)
    assert found["web"].env == {"DEBUG": "false", "LEVEL": "info"}
    assert found["web"].left_out == ("DATABASE_URL", "HOST")
    assert found["worker"].env == {"QUEUE": "mail"}
    assert found["worker"].left_out == ("API_TOKEN", "FROM_OUTSIDE")


@pytest.mark.parametrize(
    ("ports", "port"),
    [
        ("ports: ['8080:80']", 80),
        ("ports: ['127.0.0.1:8080:81/tcp']", 81),
        ("ports: [82]", 82),
        ("ports: [{target: 83, published: 1}]", 83),
        ("ports: ['${PORT:-3000}:84']", 84),
        ("expose: ['85']", 85),
        ("ports: ['$PORT']", 0),
        ("ports: 86", 0),
    ],
)
def test_container_port(tmp_path: Path, ports: str, port: int) -> None:
    assert read(tmp_path, f"services:\n  a:\n    {ports}\n")["a"].port == port


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("[run, 'it now']", ("run", "it now")),
        ("run --port 1", ("run", "--port", "1")),
        ('sh -c "a && b"', ("sh", "-c", "a && b")),
        ("3", ()),
        ("run 'it", ("sh", "-c", "run 'it")),
    ],
)
def test_command(tmp_path: Path, command: str, args: tuple[str, ...]) -> None:
    assert read(tmp_path, f"services:\n  a:\n    command: {command}\n")["a"].args == args


@pytest.mark.parametrize("name", ["compose.yml", "docker-compose.yaml", "docker-compose.yml"])
def test_names_of_the_file(tmp_path: Path, name: str) -> None:
    assert set(read(tmp_path, SHOP, name)) == {"web", "worker", "db"}


@pytest.mark.parametrize("text", ["", "[]", "services: []", "services: {a: 1}"])
def test_file_without_services(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == {}


def test_facts(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"compose.yaml": SHOP})
    assert facts.find_value("compose.services") == ("web", "worker", "db")
    assert facts.find_value("compose.built") == ("web", "worker")
    assert facts.find_value("compose.web.port") == 5000


def test_broken_file_is_named(tmp_path: Path) -> None:
    (problem,) = facts_of(tmp_path, {"compose.yaml": "a: [\n"}).problems
    assert problem.file == "compose.yaml"


def test_port_of_the_project_itself(tmp_path: Path) -> None:
    found = find_own_port(make_source(tmp_path, {"compose.yaml": SHOP}))
    assert found is not None
    assert found[0] == 5000


def test_port_that_only_the_compose_file_says(tmp_path: Path) -> None:
    files = {"compose.yaml": SHOP, "Dockerfile": "FROM a\nUSER 5\nCMD x\n"}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("dockerfile.port") == 5000
    port = facts.find("dockerfile.port")
    assert port is not None
    assert port.evidence is not None
    assert port.evidence.place == "compose.yaml:2"

import json
from pathlib import Path

import pytest

from draftpy.adapters.docker_engine import DockerEngine
from draftpy.errors import EngineUnreachable, PublishFailed
from tests.support.reporter import ListReporter


@pytest.mark.parametrize("host", ["unix:///no/such.sock", "tcp://127.0.0.1:1", "nonsense://x"])
def test_an_engine_that_does_not_answer_is_named(host: str) -> None:
    with pytest.raises(EngineUnreachable, match=f"DOCKER_HOST={host}") as caught:
        DockerEngine({"DOCKER_HOST": host}, ListReporter()).find_image_id("hello:1")
    assert caught.value.evidence


def test_the_evidence_is_the_innermost_cause() -> None:
    with pytest.raises(EngineUnreachable) as caught:
        DockerEngine({"DOCKER_HOST": "unix:///no/such.sock"}, ListReporter()).ping()
    assert caught.value.evidence == "[Errno 2] No such file or directory"


def test_no_connection_is_made_before_the_first_call() -> None:
    DockerEngine({"DOCKER_HOST": "unix:///no/such.sock"}, ListReporter()).close()


def test_a_credential_helper_that_is_not_installed_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "not-installed"}))
    engine = DockerEngine({"DOCKER_CONFIG": str(tmp_path)}, ListReporter())
    with pytest.raises(PublishFailed, match="credentials of registry\\.example\\.com") as caught:
        engine.find_credentials("registry.example.com")
    assert "docker-credential-not-installed" in caught.value.evidence


def test_credentials_are_those_of_dockers_config(tmp_path: Path) -> None:
    auths = {"registry.example.com": {"auth": "YW5uYTpzM2NyZXQ="}}
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
    engine = DockerEngine({"DOCKER_CONFIG": str(tmp_path)}, ListReporter())
    found = engine.find_credentials("registry.example.com")
    assert found is not None
    assert (found["username"], found["password"]) == ("anna", "s3cret")
    assert engine.find_credentials("other.example.com") is None

import pytest

from draftpy.adapters.publishers import PushProgress, push_failed
from draftpy.refs import ImageRef

REF = ImageRef(registry="registry.example.com/team", repository="hello", tag="1")


def test_the_digest_comes_from_the_record_and_not_from_text() -> None:
    progress = PushProgress()
    progress.feed({"status": "1: digest: sha256:wrong size: 7"})
    progress.feed({"aux": {"Tag": "1", "Digest": "sha256:right", "Size": 7}})
    assert progress.digest == "sha256:right"


def test_progress_adds_up_all_layers() -> None:
    progress = PushProgress()
    for layer, current in (("a", 1 << 20), ("b", 2 << 20), ("a", 3 << 20)):
        detail = {"current": current, "total": 4 << 20}
        progress.feed({"status": "Pushing", "id": layer, "progressDetail": detail})
    assert progress.text == "5 of 8 MB"


def test_small_pushes_have_no_progress() -> None:
    progress = PushProgress()
    progress.feed({"id": "a", "progressDetail": {"current": 5, "total": 10}})
    assert progress.text == ""


@pytest.mark.parametrize(
    "message",
    [
        "unauthorized: authentication required",
        "denied: requested access to the resource is denied",
        "no basic auth credentials",
    ],
)
def test_a_registry_that_refuses_the_account_leads_to_docker_login(message: str) -> None:
    failure = push_failed(REF, message)
    assert "registry.example.com refuses the push" in failure.what
    assert failure.remedy.startswith("docker login registry.example.com,")


def test_a_registry_that_does_not_answer_is_no_matter_of_login() -> None:
    failure = push_failed(REF, "dial tcp 10.0.0.7:443: connect: connection refused")
    assert "could not be pushed to registry registry.example.com" in failure.what
    assert "login" not in failure.remedy

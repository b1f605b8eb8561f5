"""The last build's output, in a ConfigMap beside the release."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from draftpy.adapters.kube.build_logs import KubeBuildLogs
from draftpy.adapters.kube.client import ApiError
from draftpy.labels import LABEL_MANAGED_BY
from tests.support.api_stub import NAMESPACE, Answer, ApiStub, api_stub, stub_client

ALL = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
ONE = f"{ALL}/hello-draftpy-build"


@pytest.fixture
def stub() -> Iterator[ApiStub]:
    with api_stub() as running:
        yield running


@pytest.fixture
def logs(stub: ApiStub, tmp_path: Path) -> KubeBuildLogs:
    return KubeBuildLogs(stub_client(stub, tmp_path), NAMESPACE)


def test_it_takes_the_place_of_the_one_before(stub: ApiStub, logs: KubeBuildLogs) -> None:
    stub.answer("PUT", ONE, Answer())
    assert logs.save("hello", "step 1\n")
    (asked,) = stub.asked
    assert asked.body["data"] == {"build.log": "step 1\n"}
    assert asked.body["metadata"]["labels"][LABEL_MANAGED_BY] == "draftpy"


def test_the_first_is_made(stub: ApiStub, logs: KubeBuildLogs) -> None:
    stub.answer("POST", ALL, Answer(201))
    assert logs.save("hello", "step 1")
    assert [asked.method for asked in stub.asked] == ["PUT", "POST"]


def test_one_that_another_made_meanwhile_is_replaced(stub: ApiStub, logs: KubeBuildLogs) -> None:
    stub.answer("PUT", ONE, Answer(404), Answer())
    stub.answer("POST", ALL, Answer(409))
    assert logs.save("hello", "step 1")
    assert [asked.method for asked in stub.asked] == ["PUT", "POST", "PUT"]


@pytest.mark.parametrize("post", [404, 403], ids=["no namespace yet", "the namespace is ending"])
def test_where_it_cannot_be_kept_yet_it_is_not(
    stub: ApiStub, logs: KubeBuildLogs, post: int
) -> None:
    stub.answer("POST", ALL, Answer(post))
    assert not logs.save("hello", "step 1")


def test_who_may_not_keep_it_does_not(stub: ApiStub, logs: KubeBuildLogs) -> None:
    stub.answer("PUT", ONE, Answer(403))
    assert not logs.save("hello", "step 1")


def test_any_other_refusal_is_told(stub: ApiStub, logs: KubeBuildLogs) -> None:
    stub.answer("PUT", ONE, Answer(413))
    with pytest.raises(ApiError, match="413"):
        logs.save("hello", "step 1")


def test_it_is_found_and_forgotten(stub: ApiStub, logs: KubeBuildLogs) -> None:
    assert logs.find("hello") is None
    assert logs.delete("hello") is False
    stub.answer("GET", ONE, Answer(body={"data": {"build.log": "step 1"}}))
    stub.answer("DELETE", ONE, Answer())
    assert logs.find("hello") == "step 1"
    assert logs.delete("hello") is True

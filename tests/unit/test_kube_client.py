"""The API server's answers as results and errors, over a real connection to a stub."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from urllib3.connection import HTTPConnection

from draftpy.adapters.kube import client as module
from draftpy.adapters.kube.client import ApiError, KubeClient, unreachable
from draftpy.adapters.kube.contexts import read_context
from draftpy.errors import ClusterUnreachable, DraftError, KubeContextUnknown, Rejected
from tests.support.api_stub import Answer, ApiStub, api_stub, stub_client, write_kubeconfig
from tests.support.reporter import ListReporter

PATH = "/api/v1/namespaces/hello/pods"


@pytest.fixture
def stub() -> Iterator[ApiStub]:
    with api_stub() as running:
        yield running


@pytest.fixture
def client(stub: ApiStub, tmp_path: Path) -> KubeClient:
    return stub_client(stub, tmp_path)


def status(code: int, message: str) -> Answer:
    return Answer(code, {"kind": "Status", "message": message, "details": {"secret": "x"}})


def test_a_query_and_the_credentials_are_sent(stub: ApiStub, client: KubeClient) -> None:
    stub.answer("GET", PATH, Answer(body={"items": [1]}))
    assert client.get(PATH, labelSelector="a=b, c") == {"items": [1]}
    assert stub.asked[0].query == {"labelSelector": "a=b, c"}
    assert client.auth_headers() == {"authorization": "Bearer s3cret-token"}


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        (401, Rejected, "does not accept the credentials"),
        (403, Rejected, f"forbids GET {PATH}"),
        (404, ApiError, r"\(404\)"),
        (409, ApiError, r"\(409\)"),
        (500, ApiError, r"\(500\)"),
    ],
)
def test_each_refusal_is_its_own_error_with_the_servers_words(
    stub: ApiStub, client: KubeClient, code: int, kind: type[DraftError], text: str
) -> None:
    stub.answer("GET", PATH, status(code, "because"))
    with pytest.raises(kind, match=text) as caught:
        client.get(PATH)
    assert caught.value.evidence == "because"
    with pytest.raises(kind), client.stream(PATH, {}, read_s=1):
        pass


@pytest.mark.parametrize("answer", [Answer(body=b"<html>log in"), Answer(302, b"")])
def test_what_is_no_api_server_is_told(stub: ApiStub, client: KubeClient, answer: Answer) -> None:
    stub.answer("GET", PATH, answer)
    with pytest.raises(ClusterUnreachable, match="does not speak"):
        client.get(PATH)


def test_what_is_not_there_is_none(stub: ApiStub, client: KubeClient) -> None:
    assert client.find(PATH) is None
    assert client.delete(PATH) is False
    stub.answer("GET", PATH, status(500, "no"))
    stub.answer("DELETE", PATH, status(500, "no"))
    with pytest.raises(ApiError):
        client.find(PATH)
    with pytest.raises(ApiError):
        client.delete(PATH)


def test_a_body_is_sent_as_json(stub: ApiStub, client: KubeClient) -> None:
    stub.answer("PUT", PATH, Answer(body={"kind": "Pod"}))
    stub.answer("DELETE", PATH, Answer())
    assert client.put(PATH, {"a": [1]}) == {"kind": "Pod"}
    assert client.delete(PATH) is True
    assert [(a.method, a.body) for a in stub.asked] == [("PUT", {"a": [1]}), ("DELETE", None)]


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    server = f"http://127.0.0.1:{closed_port()}"
    client = KubeClient(str(write_kubeconfig(tmp_path, server)), "", ListReporter())
    with pytest.raises(ClusterUnreachable, match=server) as caught:
        client.get("/version")
    assert "Connection refused" in caught.value.evidence
    assert " object at 0x" not in caught.value.evidence


def test_a_server_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READ_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = KubeClient(str(write_kubeconfig(tmp_path, server)), "", ListReporter())
        with pytest.raises(ClusterUnreachable, match="does not answer") as caught:
            client.get("/version")
    assert "timed out" in caught.value.evidence


def test_a_certificate_of_another_cluster_is_told_as_such() -> None:
    error = unreachable("https://127.0.0.1:6443", urllib3.exceptions.SSLError("self-signed"))
    assert "not the one that the kubeconfig trusts" in error.what
    assert "self-signed" in error.evidence


def test_the_current_kube_context_is_read(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "https://127.0.0.1:6443", "kind-dev", "prod")
    found = read_context(str(path), "")
    assert (found.name, found.server) == ("kind-dev", "https://127.0.0.1:6443")
    assert read_context(str(path), "prod").name == "prod"


def test_an_unknown_kube_context_lists_those_there_are(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "https://127.0.0.1:6443", "kind-dev", "prod")
    with pytest.raises(KubeContextUnknown, match="'nope'") as caught:
        read_context(str(path), "nope")
    assert caught.value.evidence == "it has: kind-dev, prod"


BAD = {
    "missing": None,
    "empty": "",
    "no yaml": "a: [b\n",
    "a tab": "a:\n\tb: c\n",
    "a list": "- a\n",
    "a word": "hello\n",
    "binary": "\0\1\2",
    "no contexts": "apiVersion: v1\nkind: Config\n",
    "no current": "apiVersion: v1\nkind: Config\ncontexts: []\nclusters: []\nusers: []\n",
    "cluster missing": "current-context: a\nclusters: []\nusers: []\n"
    "contexts: [{name: a, context: {cluster: gone, user: gone}}]\n",
    "no user": "current-context: a\nclusters: [{name: a, cluster: {server: 's'}}]\n"
    "users: [{name: a, token: s3cret}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n",
    "broken after a token": "users: [{name: a, user: {token: s3cret, x: [}}]\n",
    "context null": "current-context: a\nclusters: []\nusers: []\ncontexts: [{name: a}]\n",
}


def open_current(path: Path) -> KubeClient:
    return KubeClient(str(path), read_context(str(path), "").name, ListReporter())


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_an_unusable_kubeconfig_is_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "kubeconfig"
    if text is not None:
        path.write_text(text)
    with pytest.raises(KubeContextUnknown) as caught:
        open_current(path)
    assert caught.value.evidence
    assert "s3cret" not in caught.value.evidence


def test_a_fault_in_a_kubeconfig_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text("clusters: []\ncontexts: [\n")
    with pytest.raises(KubeContextUnknown) as caught:
        read_context(str(path), "")
    assert caught.value.evidence.startswith(f"{path}:3: ")


def test_a_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "https://127.0.0.1:6443")
    text = path.read_text().replace(
        "server:", "certificate-authority: /nowhere/ca.crt\n    server:"
    )
    path.write_text(text)
    with pytest.raises(KubeContextUnknown) as caught:
        KubeClient(str(path), "", ListReporter())
    assert "/nowhere/ca.crt" in caught.value.evidence


def test_several_kubeconfig_files_are_read_as_one(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_kubeconfig(tmp_path / name, "https://127.0.0.1:6443", name)
    both = f"{tmp_path}/one/kubeconfig:{tmp_path}/two/kubeconfig"
    assert read_context(both, "").name == "one"
    assert read_context(both, "two").name == "two"


def test_a_silent_connection_is_asked_whether_it_lives(stub: ApiStub, client: KubeClient) -> None:
    stub.answer("GET", PATH, Answer(body={}))
    with client.stream(PATH, {"watch": 1}, read_s=5) as response:
        assert isinstance(response.connection, HTTPConnection)
        assert response.connection.sock is not None
        assert response.connection.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        stub.end(PATH)

"""Push with the real engine: to the cluster's registry, and to registries that refuse."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from draftpy.adapters.publishers import ImagePublisher
from draftpy.build import BuiltImage
from draftpy.errors import PublishFailed
from draftpy.events import CallMade
from draftpy.publish import PublishedImage, PublishKind, PublishTarget
from tests.support.contexts import request_of, write_tree
from tests.support.real_engine import RealEngine, real_engine
from tests.support.refusing_registry import refusing_registry

pytestmark = pytest.mark.engine

REGISTRY = "localhost:5000"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@pytest.fixture
def real() -> Iterator[RealEngine]:
    with real_engine() as real:
        yield real


@pytest.fixture
def built(tmp_path: Path, real: RealEngine) -> BuiltImage:
    root = write_tree(tmp_path / "app", {"a.txt": real.name})
    return real.builder("buildx").build(request_of(root, real.name), real.reporter, lambda: False)


def _push_to(registry: str) -> PublishTarget:
    return PublishTarget(
        kind=PublishKind.PUSH, reason="", push_registry=registry, pull_registry="nodes.example:5000"
    )


def _publish(real: RealEngine, built: BuiltImage, registry: str) -> PublishedImage:
    publisher = ImagePublisher(real.engine, real.processes)
    return publisher.publish(built, _push_to(registry), real.reporter)


def _digest_in_registry(name: str, tag: str) -> str:
    address = f"http://{REGISTRY}/v2/{name}/manifests/{tag}"
    asked = urllib.request.Request(address, method="HEAD", headers={"Accept": MANIFEST})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return str(answer.headers["Docker-Content-Digest"])


def _pushes(real: RealEngine) -> int:
    return sum(1 for call in real.reporter.of(CallMade) if call.action == "push")


@pytest.mark.cluster
def test_the_digest_is_the_registrys_and_the_host_the_nodes(
    real: RealEngine, built: BuiltImage
) -> None:
    published = _publish(real, built, REGISTRY)
    assert published.ref.digest == _digest_in_registry(built.ref.repository, built.ref.tag)
    assert published.ref.name == f"nodes.example:5000/{built.ref.repository}"


@pytest.mark.cluster
def test_what_the_registry_has_already_is_not_pushed_again(
    real: RealEngine, built: BuiltImage
) -> None:
    first = _publish(real, built, REGISTRY)
    assert _publish(real, built, REGISTRY) == first
    assert _pushes(real) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(401, "UNAUTHORIZED"), (403, "DENIED"), (401, "DENIED")]
)
def test_a_registry_that_refuses_is_named_with_the_login(
    real: RealEngine, built: BuiltImage, status: int, code: str
) -> None:
    with (
        refusing_registry(status, code) as registry,
        pytest.raises(PublishFailed, match=f"registry {registry} refuses") as caught,
    ):
        _publish(real, built, registry)
    assert f"docker login {registry}" in caught.value.remedy


def test_a_registry_that_is_not_there_is_named(real: RealEngine, built: BuiltImage) -> None:
    with pytest.raises(
        PublishFailed, match="could not be pushed to registry localhost:1"
    ) as caught:
        _publish(real, built, "localhost:1")
    assert "connection refused" in caught.value.evidence

"""What every implementation of Releases does: the one in memory, and Helm on the real cluster."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from draftpy.adapters.helm_sdk import HelmReleases
from draftpy.errors import ChartInvalid, ReleaseMissing
from draftpy.labels import LABEL_BUILD_ID, LABEL_MANAGED_BY, LABEL_RELEASE_DIGEST
from draftpy.release import ReleaseRequest, Releases
from tests.support.real_cluster import RealCluster
from tests.support.releases import MemoryReleases
from tests.support.reporter import ListReporter

CHART = """\
apiVersion: v2
name: thing
version: 0.1.0
"""
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  word: {{ .Values.word | quote }}
"""
SCHEMA = '{"type": "object", "properties": {"word": {"type": "string"}}}'


@pytest.fixture(params=["memory", pytest.param("helm", marks=pytest.mark.cluster)])
def releases(request: pytest.FixtureRequest) -> Iterator[Releases]:
    if request.param == "memory":
        yield MemoryReleases()
        return
    cluster, namespace = RealCluster(), f"t{uuid.uuid4().hex[:8]}"
    cluster.make_namespace(namespace)
    try:
        yield HelmReleases(os.environ["KUBECONFIG"], "", namespace, ListReporter())
    finally:
        cluster.remove_namespace(namespace)


@pytest.fixture
def request_(tmp_path: Path, releases: Releases) -> ReleaseRequest:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text(CHART)
    (tmp_path / "values.schema.json").write_text(SCHEMA)
    (tmp_path / "templates" / "thing.yaml").write_text(TEMPLATE)
    namespace = getattr(releases, "_namespace", "memory")
    labels = {LABEL_MANAGED_BY: "draftpy", LABEL_BUILD_ID: "b1", LABEL_RELEASE_DIGEST: "d1"}
    return ReleaseRequest(
        name="thing",
        namespace=namespace,
        chart=tmp_path,
        values={"word": "one"},
        labels=labels,
        description="first",
    )


def second(request: ReleaseRequest) -> ReleaseRequest:
    labels = {**request.labels, LABEL_BUILD_ID: "b2", LABEL_RELEASE_DIGEST: "d2"}
    return replace(request, values={"word": "two"}, labels=labels, description="second")


def test_there_is_none_at_first(releases: Releases) -> None:
    assert releases.find("thing") is None
    assert not releases.uninstall("thing")
    with pytest.raises(ReleaseMissing):
        releases.history("thing")


def test_what_was_installed_is_found_as_it_was_asked_for(
    releases: Releases, request_: ReleaseRequest
) -> None:
    releases.install(request_)
    found = releases.find("thing")
    assert found is not None
    assert (found.revision, found.status, found.description) == (1, "deployed", "first")
    assert found.values == {"word": "one"}
    assert found.labels == request_.labels
    assert found.is_ours


def test_an_upgrade_has_its_own_values_and_labels(
    releases: Releases, request_: ReleaseRequest
) -> None:
    releases.install(request_)
    upgraded = releases.upgrade(second(request_))
    assert (upgraded.revision, upgraded.values) == (2, {"word": "two"})
    assert upgraded.labels[LABEL_BUILD_ID] == "b2"
    history = releases.history("thing")
    assert [(r.revision, r.status) for r in history] == [(1, "superseded"), (2, "deployed")]
    assert [r.labels[LABEL_BUILD_ID] for r in history] == ["b1", "b2"]


@pytest.mark.parametrize("wanted", [0, 1])
def test_a_rollback_is_a_new_revision_with_the_old_ones_values_and_labels(
    releases: Releases, request_: ReleaseRequest, wanted: int
) -> None:
    releases.install(request_)
    releases.upgrade(second(request_))
    rolled = releases.rollback("thing", wanted)
    assert (rolled.revision, rolled.values) == (3, {"word": "one"})
    assert rolled.labels == request_.labels


def test_a_rollback_to_nowhere_is_refused(releases: Releases, request_: ReleaseRequest) -> None:
    releases.install(request_)
    for nowhere in (0, 7):
        with pytest.raises(ReleaseMissing):
            releases.rollback("thing", nowhere)


def test_the_list_has_the_newest_revision(releases: Releases, request_: ReleaseRequest) -> None:
    releases.install(request_)
    releases.upgrade(second(request_))
    listed = releases.list(all_namespaces=False)
    assert [(r.name, r.revision) for r in listed] == [("thing", 2)]


def test_uninstalled_is_gone(releases: Releases, request_: ReleaseRequest) -> None:
    releases.install(request_)
    assert releases.uninstall("thing")
    assert releases.find("thing") is None


@pytest.mark.cluster
@pytest.mark.parametrize("releases", ["helm"], indirect=True)
class TestOnlyHelm:
    """What only a real chart can do wrong."""

    def test_a_template_error_names_file_and_line(
        self, releases: Releases, request_: ReleaseRequest
    ) -> None:
        bad = request_.chart / "templates" / "bad.yaml"
        bad.write_text("\nx: {{ .Values.a.b.c }}\n")
        with pytest.raises(ChartInvalid, match=r"templates/bad\.yaml line 2"):
            releases.install(request_)

    def test_a_value_that_breaks_the_schema_is_named(
        self, releases: Releases, request_: ReleaseRequest
    ) -> None:
        with pytest.raises(ChartInvalid, match="value word breaks"):
            releases.install(replace(request_, values={"word": 3}))

    def test_objects_are_read_from_the_manifest(
        self, releases: Releases, request_: ReleaseRequest
    ) -> None:
        installed = releases.install(request_)
        assert [(o.kind, o.name) for o in installed.objects] == [("ConfigMap", "thing")]

    def test_after_a_failed_first_install_an_upgrade_works(
        self, releases: Releases, request_: ReleaseRequest
    ) -> None:
        bad = request_.chart / "templates" / "bad.yaml"
        bad.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Not_Valid}\n")
        with pytest.raises(Exception, match="Helm could not"):
            releases.install(request_)
        bad.unlink()
        assert releases.upgrade(request_).status == "deployed"

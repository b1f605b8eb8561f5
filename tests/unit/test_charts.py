"""Values and labels of a release."""

from dataclasses import replace
from pathlib import Path

import pytest

from draftpy.charts import (
    AGENT_VALUES,
    DEVELOPMENT_VALUES,
    ReleaseOrder,
    digest_chart,
    digest_release,
    image_values,
    load_value_keys,
    load_values,
    merge_values,
    release_labels,
    release_values,
)
from draftpy.errors import ChartInvalid, ConfigInvalid
from draftpy.labels import LABEL_BASE_ID
from draftpy.refs import ImageRef

IMAGE = ImageRef(registry="localhost:5000", repository="hello", tag="3f9c")
ORDER = ReleaseOrder(
    name="hello",
    namespace="hello",
    environment="production",
    chart=Path("charts/hello"),
    chart_digest="c1",
    values={"replicaCount": 2},
    commit="abc",
)


def test_mappings_are_merged_and_all_else_is_replaced() -> None:
    under = {"a": {"x": 1, "y": 2}, "b": [1, 2], "c": 3}
    assert merge_values(under, {"a": {"y": 5}, "b": [9]}) == {
        "a": {"x": 1, "y": 5},
        "b": [9],
        "c": 3,
    }


def test_later_files_win_and_the_environments_values_over_them(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x: 1\ny: 1\nz: 1\n")
    (tmp_path / "b.yaml").write_text("y: 2\nz: 2\n")
    (tmp_path / "empty.yaml").write_text("")
    files = ("a.yaml", "b.yaml", "empty.yaml")
    assert load_values(tmp_path, files, {"z": 3}) == {"x": 1, "y": 2, "z": 3}


@pytest.mark.parametrize("text", [None, "[1]", "a: ["])
def test_an_unusable_values_file_is_named(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(ConfigInvalid, match=r"a\.yaml"):
        load_values(tmp_path, ("a.yaml",), {})


def test_draftpys_own_values_go_over_the_environments() -> None:
    order = replace(ORDER, values={"image": {"tag": "mine", "pullPolicy": "Always"}})
    values = release_values(order, IMAGE)
    assert values["image"] == {
        "repository": "localhost:5000/hello",
        "tag": "3f9c",
        "digest": "",
        "pullPolicy": "Always",
    }
    assert values["podLabels"]["draftpy.io/build-id"] == "3f9c"


def test_only_development_ends_pods_at_once_and_can_be_told_otherwise() -> None:
    assert "preStopSleepSeconds" not in release_values(ORDER, IMAGE)
    development = replace(
        ORDER, environment="development", value_keys=frozenset(DEVELOPMENT_VALUES)
    )
    assert release_values(development, IMAGE).items() >= DEVELOPMENT_VALUES.items()
    own = replace(development, values={"preStopSleepSeconds": 9})
    assert release_values(own, IMAGE)["preStopSleepSeconds"] == 9


def test_the_agent_gets_what_it_needs_of_the_chart() -> None:
    order = replace(ORDER, base_id="b1", value_keys=frozenset(AGENT_VALUES), values={})
    values = release_values(order, IMAGE)
    assert values["commandPrefix"] == ["/.draftpy/agent", "run", "--"]
    assert values["shareProcessNamespace"] is False
    assert release_labels(order, IMAGE)[LABEL_BASE_ID] == "b1"


def test_a_chart_is_not_given_values_that_it_does_not_know() -> None:
    order = replace(ORDER, base_id="b1", environment="development", value_keys=frozenset({"env"}))
    assert set(release_values(order, IMAGE)) == {"replicaCount", "image", "podLabels"}


def test_the_keys_of_a_chart_are_those_of_its_values(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("env: {}\nports: []\n")
    assert load_value_keys(tmp_path) == {"env", "ports"}
    assert load_value_keys(tmp_path / "nothing") == frozenset()


def test_a_digest_makes_the_image_unmistakable() -> None:
    digest = "sha256:" + "a" * 64
    assert image_values(IMAGE.with_digest(digest))["digest"] == digest


def test_what_decides_a_release_changes_its_digest_and_nothing_else_does() -> None:
    first = digest_release(ORDER, IMAGE)
    for other in (
        replace(ORDER, chart_digest="c2"),
        replace(ORDER, values={}),
        replace(ORDER, environment="staging"),
    ):
        assert digest_release(other, IMAGE) != first
    assert digest_release(ORDER, replace(IMAGE, tag="other")) != first
    assert digest_release(replace(ORDER, commit="def"), IMAGE) == first
    assert digest_release(ORDER, IMAGE.with_digest("sha256:" + "b" * 64)) == first


def test_labels_say_whose_release_it_is_and_fit_kubernetes() -> None:
    labels = release_labels(ORDER, IMAGE)
    assert labels["draftpy.io/managed-by"] == "draftpy"
    assert labels["draftpy.io/git-commit"] == "abc"
    assert all(len(value) <= 63 for value in labels.values())
    assert "draftpy.io/git-commit" not in release_labels(replace(ORDER, commit=""), IMAGE)


def test_a_charts_digest_is_of_paths_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("name: a")
    first = digest_chart(tmp_path)
    (tmp_path / "Chart.yaml").touch()
    assert digest_chart(tmp_path) == first
    (tmp_path / "values.yaml").write_text("a: 1")
    assert digest_chart(tmp_path) != first


def test_a_folder_without_a_chart_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ChartInvalid) as caught:
        digest_chart(tmp_path)
    assert "draftpy create" in caught.value.remedy

"""What a rendered chart is made of."""

import pytest

from draftpy.errors import ChartInvalid
from draftpy.release import ObjectRef, check_yaml, parse_objects

MANIFEST = """\
# Source: a
apiVersion: v1
kind: Service
metadata: {name: hello}
---
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: hello, namespace: other}
---
- not an object
"""


def test_objects_have_a_namespace_their_own_or_the_releases() -> None:
    assert parse_objects(MANIFEST, "space") == (
        ObjectRef(api_version="v1", kind="Service", name="hello", namespace="space"),
        ObjectRef(api_version="apps/v1", kind="Deployment", name="hello", namespace="other"),
    )


@pytest.mark.parametrize("value", ["=", "2026-99-99", "0o99", "<<"])
def test_what_only_looks_like_a_special_value_is_text(value: str) -> None:
    manifest = f"kind: ConfigMap\nmetadata: {{name: a}}\ndata: {{x: {value}}}\n"
    check_yaml({"a.yaml": manifest})
    assert [found.name for found in parse_objects(manifest, "space")] == ["a"]


def test_broken_yaml_names_the_template_and_the_line() -> None:
    with pytest.raises(ChartInvalid, match=r"templates/bad\.yaml becomes broken YAML") as caught:
        check_yaml({"good.yaml": MANIFEST, "templates/bad.yaml": "a: 1\nb: [2\n"})
    assert "line 3 of what it renders to" in caught.value.evidence

import json
from typing import Any

import helm_python
import jsonschema
import pytest
import yaml

from draftpy.assets import templates_folder

CHART = templates_folder() / "chart"
Objects = dict[str, dict[str, Any]]


def render(**values: Any) -> Objects:
    """The objects of the chart by kind."""
    with helm_python.Chart.load(str(CHART)) as chart:
        texts = chart.render(values, name="hello", namespace="space")
    rendered = (yaml.safe_load(text) for path, text in texts.items() if path.endswith(".yaml"))
    return {item["kind"]: item for item in rendered if item}


def pod(**values: Any) -> dict[str, Any]:
    return dict(render(**values)["Deployment"]["spec"]["template"]["spec"])


def container(**values: Any) -> dict[str, Any]:
    return dict(pod(**values)["containers"][0])


def test_objects_of_a_web_app() -> None:
    assert set(render()) == {"Deployment", "Service", "ServiceAccount"}


def test_objects_of_a_worker() -> None:
    assert set(render(ports=[], kind="worker")) == {"Deployment", "ServiceAccount"}
    shown = container(ports=[], kind="worker")
    assert {"ports", "readinessProbe", "livenessProbe", "lifecycle"}.isdisjoint(shown)


def test_every_object_is_named_and_labelled_like_the_release() -> None:
    wanted = {"app.kubernetes.io/name": "app", "app.kubernetes.io/instance": "hello"}
    objects = render(
        commonLabels={"team": "a"}, autoscaling={"enabled": True}, ingress={"enabled": True}
    )
    assert len(objects) == 6
    for item in objects.values():
        assert item["metadata"]["name"] == "hello"
        assert {**wanted, "team": "a"}.items() <= item["metadata"]["labels"].items()


def test_selectors_match_the_pods() -> None:
    objects = render(replicaCount=2)
    labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"].items()
    assert objects["Deployment"]["spec"]["selector"]["matchLabels"].items() <= labels
    assert objects["Service"]["spec"]["selector"].items() <= labels
    assert objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"].items() <= labels


def test_labels_of_a_run_are_not_in_the_selector() -> None:
    selector = render(podLabels={"x": "1"}, commonLabels={"y": "2"})["Deployment"]["spec"][
        "selector"
    ]
    assert set(selector["matchLabels"]) == {"app.kubernetes.io/name", "app.kubernetes.io/instance"}


def test_pod_security_is_restricted() -> None:
    shown = pod()
    assert shown["securityContext"]["runAsNonRoot"] is True
    assert shown["securityContext"]["runAsUser"] == 10001
    assert shown["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert shown["automountServiceAccountToken"] is False
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_writable_folders_are_empty_dirs() -> None:
    mounts = container(writableFolders=["/tmp", "/data"])["volumeMounts"]
    assert [mount["mountPath"] for mount in mounts] == ["/tmp", "/data"]
    assert "volumes" not in pod(writableFolders=[])


def test_no_cpu_limit() -> None:
    assert container()["resources"] == {
        "requests": {"cpu": "50m", "memory": "128Mi"},
        "limits": {"memory": "256Mi"},
    }


def test_probes_ask_a_path_only_where_one_is_known() -> None:
    assert container()["readinessProbe"]["tcpSocket"] == {"port": "http"}
    asked = container(probes={"path": "/healthz"})
    assert asked["readinessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert asked["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert "startupProbe" not in asked
    assert "readinessProbe" not in container(probes={"enabled": False})


def test_slow_app_can_have_a_startup_probe() -> None:
    probe = container(probes={"startup": {"periodSeconds": 2}})["startupProbe"]
    assert probe == {"tcpSocket": {"port": "http"}, "periodSeconds": 2}


def test_image_by_digest_else_by_tag() -> None:
    digest = f"sha256:{'a' * 64}"
    image = {"repository": "reg/hello", "tag": "t", "digest": digest}
    assert container(image=image)["image"] == f"reg/hello@{digest}"
    assert container(image={**image, "digest": ""})["image"] == "reg/hello:t"


def test_environment_values_become_text() -> None:
    assert container(env={"A": 1, "B": True})["env"] == [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "true"},
    ]


def test_service_leads_to_the_named_port() -> None:
    service = render()["Service"]["spec"]
    assert service["type"] == "ClusterIP"
    assert service["ports"] == [
        {"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}
    ]


def test_rollout_never_takes_the_last_pod_away() -> None:
    strategy = render()["Deployment"]["spec"]["strategy"]["rollingUpdate"]
    assert strategy == {"maxUnavailable": 0, "maxSurge": 1}
    assert container()["lifecycle"] == {"preStop": {"sleep": {"seconds": 5}}}
    assert "lifecycle" not in container(preStopSleepSeconds=0)


def test_autoscaler_takes_the_replicas_over() -> None:
    objects = render(autoscaling={"enabled": True})
    assert "replicas" not in objects["Deployment"]["spec"]
    assert "PodDisruptionBudget" in objects
    assert "PodDisruptionBudget" not in render(replicaCount=1)


def test_ingress() -> None:
    rule = render(ingress={"enabled": True, "hosts": ["a.example"]})["Ingress"]["spec"]["rules"][0]
    assert rule["host"] == "a.example"
    assert rule["http"]["paths"][0]["backend"]["service"]["port"] == {"name": "http"}


@pytest.mark.parametrize(
    "values", [{}, {"ports": []}, {"ingress": {"enabled": True, "hosts": ["a"]}}]
)
def test_notes_render_for_every_kind(values: dict[str, Any]) -> None:
    with helm_python.Chart.load(str(CHART)) as chart:
        texts = chart.render(values, name="hello", namespace="space")
    assert all("<no value>" not in text for text in texts.values())


@pytest.mark.parametrize(
    "values",
    [
        {"replicacount": 2},
        {"ports": [{"name": "http", "containerPort": 0}]},
        {"kind": "website"},
        {"probes": {"path": "healthz"}},
        {"image": {"repository": "a", "digest": "x"}},
        {"env": {"A": {"b": 1}}},
    ],
)
def test_schema_refuses(values: dict[str, Any]) -> None:
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(defaults, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**defaults, **values}, schema)

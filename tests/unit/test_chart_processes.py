"""The shared chart with several processes, migrations and jobs."""

import json
from typing import Any

import helm_python
import jsonschema
import pytest
import yaml

from draftpy.assets import templates_folder

CHART = templates_folder() / "chart"
WORKER = {"worker": {"command": ["run", "worker"]}}


def render(**values: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The objects of the chart by kind and name."""
    with helm_python.Chart.load(str(CHART)) as chart:
        texts = chart.render(values, name="hello", namespace="space")
    documents = (yaml.safe_load_all(text) for path, text in texts.items() if path.endswith(".yaml"))
    objects = [item for found in documents for item in found if item]
    return {(item["kind"], item["metadata"]["name"]): item for item in objects}


def pod_of(item: dict[str, Any]) -> dict[str, Any]:
    return dict(item["spec"]["template"]["spec"])


def worker(**values: Any) -> dict[str, Any]:
    return render(processes=WORKER, **values)["Deployment", "hello-worker"]


def test_each_process_is_a_deployment_of_its_own() -> None:
    objects = render(processes={**WORKER, "beat": {"command": ["b"]}})
    assert {name for kind, name in objects if kind == "Deployment"} == {
        "hello",
        "hello-beat",
        "hello-worker",
    }
    assert ("Service", "hello") in objects


def test_service_does_not_lead_to_further_processes() -> None:
    objects = render(processes=WORKER)
    selector = objects["Service", "hello"]["spec"]["selector"].items()
    labels = worker()["spec"]["template"]["metadata"]["labels"]
    assert not selector <= labels.items()
    assert worker()["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_pods_of_all_processes_belong_to_the_release() -> None:
    labels = worker(podLabels={"x": "1"}, commonLabels={"y": "2"})["spec"]["template"]["metadata"][
        "labels"
    ]
    assert labels["app.kubernetes.io/instance"] == "hello"
    assert labels["app.kubernetes.io/component"] == "worker"
    assert (labels["x"], labels["y"]) == ("1", "2")


def test_process_listens_nowhere_and_is_as_restricted_as_the_app() -> None:
    shown = pod_of(worker())
    (container,) = shown["containers"]
    assert {"ports", "readinessProbe", "livenessProbe", "lifecycle"}.isdisjoint(container)
    assert container["command"] == ["run", "worker"]
    app = pod_of(render()["Deployment", "hello"])
    assert shown["securityContext"] == app["securityContext"]
    assert container["securityContext"] == app["containers"][0]["securityContext"]
    assert container["volumeMounts"] == app["containers"][0]["volumeMounts"]


def test_process_has_the_environment_of_the_app_and_its_own() -> None:
    processes = {"worker": {"command": ["w"], "env": {"B": 3}, "replicaCount": 2}}
    found = render(processes=processes, env={"A": 1, "B": 2})["Deployment", "hello-worker"]
    env = {item["name"]: item["value"] for item in pod_of(found)["containers"][0]["env"]}
    assert env == {"A": "1", "B": "3"}
    assert found["spec"]["replicas"] == 2


def test_migrations_are_off_unless_asked_for() -> None:
    assert not [kind for kind, _ in render(migrations={"command": ["m"]}) if kind == "Job"]


def test_migrations_run_before_each_version() -> None:
    job = render(migrations={"enabled": True, "command": ["m"]})["Job", "hello-migrations"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert pod_of(job)["restartPolicy"] == "Never"
    assert pod_of(job)["containers"][0]["command"] == ["m"]
    # The release's own ServiceAccount is made after the first hook.
    assert pod_of(job)["serviceAccountName"] == "default"
    assert job["spec"]["backoffLimit"] == 0


def job_names(**values: Any) -> list[str]:
    return [name for kind, name in render(kind="job", ports=[], **values) if kind == "Job"]


def test_job_runs_once_for_each_version() -> None:
    objects = render(kind="job", ports=[])
    assert {kind for kind, _ in objects} == {"Job", "ServiceAccount"}
    assert job_names() == job_names()
    assert job_names(image={"tag": "a"}) != job_names(image={"tag": "b"})
    assert job_names(env={"A": 1}) != job_names()


def test_job_on_a_schedule() -> None:
    found = render(kind="job", ports=[], job={"schedule": "0 3 * * *"})["CronJob", "hello"]
    assert found["spec"]["schedule"] == "0 3 * * *"
    assert pod_of(found["spec"]["jobTemplate"])["restartPolicy"] == "Never"


@pytest.mark.parametrize(
    "values",
    [
        {"processes": {"Worker": {"command": ["x"]}}},
        {"processes": {"worker": {"command": "x"}}},
        {"processes": {"worker": {"cmd": ["x"]}}},
        {"migrations": {"enabled": "yes"}},
        {"job": {"cron": "x"}},
    ],
)
def test_schema_refuses(values: dict[str, Any]) -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**defaults, **values}, schema)

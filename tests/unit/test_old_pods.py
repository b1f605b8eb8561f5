"""Pods of a template that is being replaced are told from those of the present one."""

from typing import Any

from draftpy.adapters.kube.states import parse_release

Json = dict[str, Any]


def _made(name: str, revision: str = "", owner: str = "", **labels: str) -> Json:
    metadata: Json = {"name": name, "labels": labels}
    if revision:
        metadata["annotations"] = {"deployment.kubernetes.io/revision": revision}
    if owner:
        metadata["ownerReferences"] = [{"name": owner}]
    return {"metadata": metadata}


def _old(objects: dict[str, list[Json]]) -> list[str]:
    return [pod.name for pod in parse_release(objects, "hello").pods if pod.is_old]


def test_a_pod_of_an_earlier_replica_set_is_old() -> None:
    objects = {
        "Deployment": [_made("hello", "2")],
        "ReplicaSet": [_made("hello-a", "1", "hello"), _made("hello-b", "2", "hello")],
        "Pod": [_made("hello-a-1", owner="hello-a"), _made("hello-b-1", owner="hello-b")],
    }
    assert _old(objects) == ["hello-a-1"]


def test_a_pod_whose_replica_set_is_not_known_yet_is_not_old() -> None:
    objects = {"Deployment": [_made("hello", "2")], "Pod": [_made("hello-b-1", owner="hello-b")]}
    assert _old(objects) == []


def test_a_stateful_set_names_its_revisions_on_the_pods() -> None:
    stateful = _made("hello")
    stateful["status"] = {"currentRevision": "hello-a", "updateRevision": "hello-b"}
    hashes = {"hello-0": "hello-a", "hello-1": "hello-b"}
    pods = [_made(name, **{"controller-revision-hash": found}) for name, found in hashes.items()]
    assert _old({"StatefulSet": [stateful], "Pod": pods}) == ["hello-0"]

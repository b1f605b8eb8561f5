"""The cluster side of rollout: a release's workloads and pods, watched."""

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from draftpy.adapters.kube.client import ApiError, KubeClient
from draftpy.adapters.kube.reading import lines_of, shut_down
from draftpy.adapters.kube.states import parse_pod, parse_warning, parse_workload
from draftpy.errors import ClusterUnreachable, DraftError
from draftpy.pods import PodState, ReleaseState, WorkloadState

Json = dict[str, Any]
# A state comes at least this often, so that its reader can look at a deadline.
_PULSE_S = 1.0
_RETRY_S = 0.5
# The API server is asked to end a watch after this; a cut network is noticed by silence soon after.
_WATCH_S = 240
_SILENCE_S = 300.0
# A cluster that restarts is back within this; after it, being away is an error.
_AWAY_S = 60.0
_GONE = 410

_WORKLOADS = {"Deployment": "deployments", "StatefulSet": "statefulsets", "DaemonSet": "daemonsets"}


class KubeCluster:
    """See `rollout.Cluster`; for one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    def read_release(self, release: str) -> ReleaseState:
        """The state now."""
        query = {"labelSelector": selector_of(release)}
        workloads = [
            parse_workload(kind, item)
            for kind in _WORKLOADS
            for item in self._client.get(self._path(kind), **query).get("items", ())
        ]
        pods = [parse_pod(item) for item in self._client.get(self._path("Pod"), **query)["items"]]
        return ReleaseState(
            workloads=tuple(workloads),
            pods=tuple(pods),
            warnings=self._read_warnings(release, pods, workloads),
        )

    @contextmanager
    def watch_release(self, release: str) -> Iterator[Iterator[ReleaseState]]:
        """States of the release until the context is left."""
        watch = _ReleaseWatch(self._client, self._paths(), release)
        watch.start()
        try:
            yield watch.states()
        finally:
            watch.stop()

    def last_log_lines(
        self, pod: str, container: str, *, previous: bool, lines: int
    ) -> tuple[str, ...]:
        """The last lines a container wrote."""
        query: dict[str, str | int] = {"container": container, "tailLines": lines}
        if previous:
            query["previous"] = "true"
        path = f"{self._path('Pod')}/{pod}/log"
        try:
            with self._client.stream(path, query, read_s=5.0) as response:
                text = response.read(1 << 20).decode("utf-8", errors="replace")
        except ApiError:
            return ()
        return tuple(text.splitlines())

    def _read_warnings(
        self, release: str, pods: list[PodState], workloads: list[WorkloadState]
    ) -> tuple[str, ...]:
        names = {pod.name for pod in pods} | {workload.name for workload in workloads}
        query = {"fieldSelector": "type=Warning"}
        try:
            items = self._client.get(self._path("Event"), **query).get("items", ())
        except ApiError:
            return ()
        return tuple(parse_warning(e) for e in items if concerns(e, release, names))

    def _paths(self) -> dict[str, str]:
        return {kind: self._path(kind) for kind in (*_WORKLOADS, "Pod", "Event")}

    def _path(self, kind: str) -> str:
        if kind in _WORKLOADS:
            return f"/apis/apps/v1/namespaces/{self._namespace}/{_WORKLOADS[kind]}"
        return f"/api/v1/namespaces/{self._namespace}/{kind.lower()}s"


def selector_of(release: str) -> str:
    """The label selector of a release's objects, as Helm's conventions have it."""
    return f"app.kubernetes.io/instance={release}"


def concerns(event: Json, release: str, names: set[str]) -> bool:
    """Whether an event is about one of these objects, or about a ReplicaSet of the release."""
    name = str(event.get("involvedObject", {}).get("name", ""))
    return name in names or (
        event.get("involvedObject", {}).get("kind") == "ReplicaSet"
        and name.rpartition("-")[0] in (release, *names)
    )


class _ReleaseWatch:
    """One watch per kind on a thread of its own; every change makes a new state."""

    def __init__(self, client: KubeClient, paths: dict[str, str], release: str) -> None:
        self._client = client
        self._release = release
        self._objects: dict[str, dict[str, Json]] = {kind: {} for kind in paths}
        self._changed: queue.Queue[DraftError | None] = queue.Queue()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[str, Any] = {}
        self._listed = {kind: threading.Event() for kind in paths}
        self._threads = [
            threading.Thread(
                target=self._run, args=(kind, path), name=f"watch-{kind.lower()}", daemon=True
            )
            for kind, path in paths.items()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        with self._lock:
            responses = list(self._open.values())
        for response in responses:
            shut_down(response)
        self._changed.put(None)

    def states(self) -> Iterator[ReleaseState]:
        """The first once every kind was listed."""
        while not self._stopped.is_set() and not self._is_listed():
            self._raise_error(self._changed.get())
        while not self._stopped.is_set():
            yield self._state()
            try:
                self._raise_error(self._changed.get(timeout=_PULSE_S))
            except queue.Empty:
                continue
            self._drain()

    def _drain(self) -> None:
        while not self._changed.empty():
            self._raise_error(self._changed.get_nowait())

    def _raise_error(self, error: DraftError | None) -> None:
        if error is not None and not self._stopped.is_set():
            raise error

    def _is_listed(self) -> bool:
        return all(event.is_set() for event in self._listed.values())

    def _state(self) -> ReleaseState:
        with self._lock:
            objects = {kind: list(found.values()) for kind, found in self._objects.items()}
        workloads = [parse_workload(k, item) for k in _WORKLOADS for item in objects[k]]
        pods = [parse_pod(item) for item in objects["Pod"]]
        names = {pod.name for pod in pods} | {workload.name for workload in workloads}
        warnings = [parse_warning(e) for e in objects["Event"] if concerns(e, self._release, names)]
        return ReleaseState(workloads=tuple(workloads), pods=tuple(pods), warnings=tuple(warnings))

    def _run(self, kind: str, path: str) -> None:
        away_since = 0.0
        while not self._stopped.is_set():
            try:
                self._follow(kind, path, self._list(kind, path))
                away_since = 0.0
            except ClusterUnreachable as error:
                away_since = away_since or time.monotonic()
                if time.monotonic() - away_since > _AWAY_S or not self._listed[kind].is_set():
                    self._changed.put(error)
                    return
            except DraftError as error:
                if not (isinstance(error, ApiError) and error.status == _GONE):
                    self._changed.put(error)
                    return
            except Exception as error:  # noqa: BLE001 the reader must know, whatever it is
                self._changed.put(ClusterUnreachable("watching broke", evidence=repr(error)))
                return
            self._stopped.wait(_RETRY_S if away_since else 0)

    def _list(self, kind: str, path: str) -> str:
        answer = self._client.get(path, **self._query(kind))
        items = answer.get("items", ())
        with self._lock:
            self._objects[kind] = {item["metadata"]["uid"]: item for item in items}
        self._listed[kind].set()
        self._changed.put(None)
        return str(answer.get("metadata", {}).get("resourceVersion", ""))

    def _follow(self, kind: str, path: str, version: str) -> None:
        query: dict[str, str | int] = {
            **self._query(kind),
            "watch": 1,
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": _WATCH_S,
        }
        with self._client.stream(path, query, read_s=_SILENCE_S) as response:
            with self._lock:
                self._open[kind] = response
            if self._stopped.is_set():
                return
            for line in lines_of(response):
                self._apply(kind, json.loads(line))

    def _apply(self, kind: str, change: Json) -> None:
        what, item = change.get("type"), change.get("object", {})
        if what == "ERROR":
            status = int(item.get("code", 0))
            raise ApiError("the watch ended", status=status, evidence=str(item.get("message", "")))
        if what == "BOOKMARK":
            return
        with self._lock:
            if what == "DELETED":
                self._objects[kind].pop(item["metadata"]["uid"], None)
            else:
                self._objects[kind][item["metadata"]["uid"]] = item
        self._changed.put(None)

    def _query(self, kind: str) -> dict[str, str]:
        if kind == "Event":
            return {"fieldSelector": "type=Warning"}
        return {"labelSelector": selector_of(self._release)}

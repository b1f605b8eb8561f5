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
from draftpy.adapters.kube.states import parse_release
from draftpy.errors import ClusterUnreachable, DraftError, Rejected
from draftpy.pods import ReleaseState

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
# A container's last words are short; one that writes no line ends must not fill the memory.
_MOST_BYTES = 1 << 20

# The kinds that a release's state is made of, and where they are.
_PATHS = {
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets",
    "Pod": "/api/v1/namespaces/{}/pods",
    "Event": "/api/v1/namespaces/{}/events",
}
# Who may not read these still learns the rest: a small Role has only the kinds that a chart makes.
_OPTIONAL = frozenset({"StatefulSet", "DaemonSet", "Job", "ReplicaSet", "Event"})


class KubeCluster:
    """See `rollout.Cluster`; for one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    def read_release(self, release: str) -> ReleaseState:
        """The state now."""
        return parse_release({kind: self._list(kind, release) for kind in _PATHS}, release)

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
        """The last lines a container wrote; none if they cannot be had."""
        query: dict[str, str | int] = {
            "container": container,
            "tailLines": lines,
            "limitBytes": _MOST_BYTES,
        }
        if previous:
            query["previous"] = "true"
        path = f"{self._path('Pod')}/{pod}/log"
        try:
            with self._client.stream(path, query, read_s=5.0) as response:
                said = [line.decode("utf-8", errors="replace") for line in lines_of(response)]
        except (ApiError, Rejected):
            # The words are only evidence: what they are evidence of is told without them too.
            return ()
        return tuple(line.rstrip("\r") for line in said)

    def _list(self, kind: str, release: str) -> list[Json]:
        try:
            return list(self._client.get(self._path(kind), **query_of(kind, release))["items"])
        except Rejected:
            if kind not in _OPTIONAL:
                raise
            return []

    def _paths(self) -> dict[str, str]:
        return {kind: self._path(kind) for kind in _PATHS}

    def _path(self, kind: str) -> str:
        return _PATHS[kind].format(self._namespace)


def selector_of(release: str) -> str:
    """The label selector of a release's objects, as Helm's conventions have it."""
    return f"app.kubernetes.io/instance={release}"


def query_of(kind: str, release: str) -> dict[str, str]:
    """Which objects of a kind are looked at: events have no labels."""
    if kind == "Event":
        return {"fieldSelector": "type=Warning"}
    return {"labelSelector": selector_of(release)}


def _is_away_too_long(error: DraftError, last_good: float) -> bool:
    """Whether to give up: an API server that starts anew answers with any error for a while."""
    is_gone = isinstance(error, ApiError) and error.status == _GONE
    return not is_gone and time.monotonic() - last_good > _AWAY_S


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
        return parse_release(objects, self._release)

    def _run(self, kind: str, path: str) -> None:
        last_good = time.monotonic()
        while not self._stopped.is_set():
            started = time.monotonic()
            try:
                self._follow(kind, path, self._list(kind, path))
                last_good = time.monotonic()
            except DraftError as error:
                if isinstance(error, Rejected) and kind in _OPTIONAL:
                    self._tell_listed(kind)
                    return
                if not self._listed[kind].is_set() or _is_away_too_long(error, last_good):
                    self._changed.put(error)
                    return
            except Exception as error:  # noqa: BLE001 the reader must know, whatever it is
                self._changed.put(ClusterUnreachable("watching broke", evidence=repr(error)))
                return
            # A server that ends every watch at once is not asked without a pause.
            self._stopped.wait(max(0.0, _RETRY_S - (time.monotonic() - started)))

    def _list(self, kind: str, path: str) -> str:
        answer = self._client.get(path, **query_of(kind, self._release))
        items = answer.get("items", ())
        with self._lock:
            self._objects[kind] = {item["metadata"]["uid"]: item for item in items}
        self._tell_listed(kind)
        return str(answer.get("metadata", {}).get("resourceVersion", ""))

    def _tell_listed(self, kind: str) -> None:
        self._listed[kind].set()
        self._changed.put(None)

    def _follow(self, kind: str, path: str, version: str) -> None:
        query: dict[str, str | int] = {
            **query_of(kind, self._release),
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

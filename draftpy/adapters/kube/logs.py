"""Container logs as the kubelet gives them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import urllib3

from draftpy.adapters.kube.client import ApiError, KubeClient
from draftpy.adapters.kube.reading import lines_of, shut_down
from draftpy.logs import LogQuery

# While a container is being made the kubelet answers 400, when its pod is gone 404.
_NOT_NOW = (400, 404)
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT")


class KubeLogSource:
    """See `logs.LogSource`; for one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    @contextmanager
    def open_log(self, query: LogQuery) -> Iterator[Iterator[tuple[str, str]]]:
        """Lines as (time, text); leaving the context unblocks a reading thread."""
        path = f"/api/v1/namespaces/{self._namespace}/pods/{query.pod}/log"
        stream = self._client.stream(path, _parameters(query), read_s=None)
        try:
            response = stream.__enter__()
        except ApiError as error:
            if error.status in _NOT_NOW:
                yield iter(())
                return
            raise
        try:
            yield _stamped(response)
        finally:
            shut_down(response)
            stream.__exit__(None, None, None)


def _parameters(query: LogQuery) -> dict[str, str | int]:
    parameters: dict[str, str | int] = {"container": query.container, "timestamps": "true"}
    if query.follow:
        parameters["follow"] = "true"
    if query.previous:
        parameters["previous"] = "true"
    if query.tail is not None:
        parameters["tailLines"] = query.tail
    if query.since_time:
        parameters["sinceTime"] = query.since_time
    elif query.since_s is not None:
        parameters["sinceSeconds"] = max(1, query.since_s)
    return parameters


def _stamped(response: urllib3.BaseHTTPResponse) -> Iterator[tuple[str, str]]:
    for line in lines_of(response):
        stamp, _, text = line.decode("utf-8", errors="replace").rstrip("\r").partition(" ")
        # What the kubelet says itself, such as that a container's log is gone, has no time.
        if _STAMP.match(stamp):
            yield stamp, text

"""The Kubernetes API as JSON over HTTP, with the kubeconfig's own authentication."""

import json
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from draftpy.adapters.kube.contexts import open_api
from draftpy.errors import ClusterUnreachable, DraftError, Rejected, ReleaseFailed
from draftpy.events import CallMade, Reporter

# The API server answers in milliseconds or not at all; a cluster far away gets a little more.
CONNECT_S = 5.0
READ_S = 30.0
# A watch or a log may be silent for hours; the kernel asks whether the other side is still there,
# so that a cut network is noticed within half a minute.
_KEEPALIVE = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 10_000}
TCP_OPTIONS = [
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    # Some systems lack some of them.
    *(
        (socket.IPPROTO_TCP, int(getattr(socket, name)), value)
        for name, value in _KEEPALIVE.items()
        if hasattr(socket, name)
    ),
]
Json = dict[str, Any]


class ApiError(ReleaseFailed):
    """The API server answered with an error; `status` is its HTTP status."""

    def __init__(self, what: str, *, status: int, evidence: str = "", remedy: str = "") -> None:
        super().__init__(what, evidence=evidence, remedy=remedy)
        self.status = status


class KubeClient:
    """One kube context's API server; safe to use from several threads.

    Raises KubeContextUnknown if the kubeconfig cannot be used.
    """

    def __init__(self, kubeconfig: str, kube_context: str, reporter: Reporter) -> None:
        self._reporter = reporter
        self._api = open_api(kubeconfig, kube_context)
        self._pool: urllib3.PoolManager = self._api.rest_client.pool_manager
        # Each followed container and each watch holds a connection of its own.
        self._pool.connection_pool_kw["maxsize"] = 50
        self._pool.connection_pool_kw["socket_options"] = TCP_OPTIONS
        self.server = str(self._api.configuration.host)

    @property
    def configuration(self) -> Any:
        """The client library's own configuration."""
        return self._api.configuration

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """How other transports meet the API server."""
        configuration = self.configuration
        context = ssl.create_default_context(cafile=configuration.ssl_ca_cert or None)
        if not configuration.verify_ssl:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if configuration.cert_file:
            context.load_cert_chain(configuration.cert_file, configuration.key_file)
        return context

    def auth_headers(self) -> dict[str, str]:
        """The headers that authenticate a request; tokens are renewed when they must be."""
        headers: dict[str, str] = {}
        self._api.update_params_for_auth(headers, [], ["BearerToken"], "", "GET", None)
        return headers

    def get(self, path: str, **query: str | int) -> Json:
        """GET a JSON object; raises ApiError, Rejected, ClusterUnreachable."""
        return self._call("GET", path, query=query)

    def find(self, path: str, **query: str | int) -> Json | None:
        """GET a JSON object; None if it is not there (404)."""
        try:
            return self._call("GET", path, query=query)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def post(self, path: str, body: Json) -> Json:
        """POST a JSON object."""
        return self._call("POST", path, body=body)

    def put(self, path: str, body: Json) -> Json:
        """PUT a JSON object."""
        return self._call("PUT", path, body=body)

    def delete(self, path: str) -> bool:
        """DELETE; False if it was not there."""
        try:
            self._call("DELETE", path)
        except ApiError as error:
            if error.status == 404:
                return False
            raise
        return True

    @contextmanager
    def stream(
        self, path: str, query: Mapping[str, str | int], *, read_s: float | None
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """An open GET whose body is read as it comes; `read_s` None waits for ever."""
        response = self._request("GET", path, query, None, read_s=read_s, preload=False)
        try:
            if response.status >= 400:
                raise api_error(response.status, response.read(), "GET", path)
            yield response
        finally:
            response.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Json | None = None,
    ) -> Json:
        started = time.monotonic()
        response = self._request(method, path, query or {}, body, read_s=READ_S, preload=True)
        seconds = time.monotonic() - started
        action = f"{method} {path}"
        self._reporter.report(CallMade(tool="kubernetes", action=action, seconds=seconds))
        if response.status >= 400:
            raise api_error(response.status, response.data, method, path)
        return self._parse(response)

    def _parse(self, response: urllib3.BaseHTTPResponse) -> Json:
        try:
            answer = json.loads(response.data)
        except ValueError:
            answer = None
        if isinstance(answer, dict):
            return answer
        raise ClusterUnreachable(
            f"{self.server} does not speak as an API server does",
            evidence=f"its answer ({response.status}) is no JSON object",
            remedy="is a proxy or a login page in between? See server: in the kubeconfig",
        )

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int],
        body: Json | None,
        *,
        read_s: float | None,
        preload: bool,
    ) -> urllib3.BaseHTTPResponse:
        url = f"{self.server}{quote(path)}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Accept": "application/json", **self.auth_headers()}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            return self._pool.request(
                method,
                url,
                body=None if body is None else json.dumps(body),
                headers=headers,
                timeout=urllib3.Timeout(connect=CONNECT_S, read=read_s),
                retries=False,
                preload_content=preload,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise unreachable(self.server, error) from error


def unreachable(server: str, error: Exception) -> ClusterUnreachable:
    """The error for an API server that does not answer."""
    # urllib3 puts its connection object before the words: `<… object at 0x…>: words`.
    words = str(error).rpartition(">: ")[2]
    if isinstance(error, urllib3.exceptions.SSLError):
        return ClusterUnreachable(
            f"the API server {server} is not the one that the kubeconfig trusts",
            evidence=words,
            remedy="get a fresh kubeconfig (kind export kubeconfig, minikube update-context, …)",
        )
    return ClusterUnreachable(
        f"the API server {server} does not answer",
        evidence=words,
        remedy="start the cluster, or choose another with --context",
    )


def api_error(status: int, body: bytes, method: str, path: str) -> DraftError:
    """The error of an answer: only the fields of a Status body are shown."""
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = {}
    message = str(parsed.get("message", "")) if isinstance(parsed, dict) else ""
    if status == 401:
        return Rejected(
            "the cluster does not accept the credentials of this kube context",
            evidence=message,
            remedy="log in again, as you did for kubectl",
        )
    if status == 403:
        return Rejected(
            f"the cluster forbids {method} {path}",
            evidence=message,
            remedy="ask for this right; draftpy doctor lists what is needed",
        )
    return ApiError(
        f"the cluster refuses {method} {path} ({status})", status=status, evidence=message
    )

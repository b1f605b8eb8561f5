"""Streams to ports of pods, most of them over connections that are open already."""

import threading
from contextlib import suppress

from draftpy.adapters.kube.client import KubeClient
from draftpy.adapters.kube.port_sessions import PortSession, SessionConnection, open_session
from draftpy.adapters.kube.port_sockets import dial_by_websocket
from draftpy.adapters.kube.wires import UpgradeRefused
from draftpy.targets import Connection

# Sessions of one pod that wait for their next stream: as many as a browser opens connections.
_IDLE_PER_POD = 6
_CLOSING_S = 1.0
# What servers and proxies answer that have no such upgrade, or allow the other one only.
_NO_SESSIONS = (403, 405, 426, 501)
# What they answer for other reasons, too.
_MAYBE_NO_SESSIONS = 400


class KubeDialer:
    """See `forward.PodDialer`; for one namespace.

    A session costs a TLS handshake with the API server and one of the API server with the kubelet;
    a stream of an open session is there ten times sooner. So sessions are used again, and a spare
    one is opened ahead.
    """

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._namespace = namespace
        self._lock = threading.Lock()
        self._idle: dict[str, list[PortSession]] = {}
        self._spare: threading.Thread | None = None
        self._has_sessions = True
        self._is_closed = False

    def dial(self, pod: str, port: int) -> Connection:
        """Open a stream; raises OSError when the pod is gone or the network refuses."""
        try:
            if (connection := self._dial_idle(pod, port)) is None:
                connection = self._dial_fresh(pod, port)
        except OSError as error:
            raise OSError(f"port {port} of {pod} cannot be reached: {error}") from error
        self._open_spare_later(pod)
        return connection

    def close(self) -> None:
        """End the sessions that nobody uses, and keep none from now on."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, {}
            spare = self._spare
        if spare is not None:
            spare.join(_CLOSING_S)
        for sessions in idle.values():
            for session in sessions:
                session.close()

    def _dial_idle(self, pod: str, port: int) -> Connection | None:
        session = self._take_idle(pod)
        if session is None:
            return None
        try:
            return self._connect(session, pod, port)
        except OSError:
            # What ended one has ended the others; each may take its time to show it.
            while other := self._take_idle(pod):
                other.close()
            return None

    def _dial_fresh(self, pod: str, port: int) -> Connection:
        path = self._path(pod)
        try:
            if self._has_sessions:
                return self._connect(open_session(self._client, path), pod, port)
        except UpgradeRefused as error:
            if error.status not in (*_NO_SESSIONS, _MAYBE_NO_SESSIONS):
                raise
            self._has_sessions = error.status not in _NO_SESSIONS
        return dial_by_websocket(self._client, path, port)

    def _connect(self, session: PortSession, pod: str, port: int) -> Connection:
        try:
            return SessionConnection(session, port, lambda again: self._keep(pod, again))
        except BaseException:
            session.close()
            raise

    def _path(self, pod: str) -> str:
        return f"/api/v1/namespaces/{self._namespace}/pods/{pod}/portforward"

    def _take_idle(self, pod: str) -> PortSession | None:
        with self._lock:
            # Those of pods that are asked no more are in nobody's way, but not for ever.
            left = [name for name in self._idle if name != pod]
            stale = [each for name in left[:-1] for each in self._idle.pop(name)]
            sessions = self._idle.get(pod)
            found = sessions.pop() if sessions else None
        for session in stale:
            session.close()
        return found

    def _keep(self, pod: str, session: PortSession, *, is_spare: bool = False) -> None:
        with self._lock:
            sessions = self._idle.setdefault(pod, [])
            is_kept = not self._is_closed and len(sessions) < _IDLE_PER_POD
            if is_kept:
                sessions.insert(0 if is_spare else len(sessions), session)
        if not is_kept:
            session.close()

    def _open_spare_later(self, pod: str) -> None:
        with self._lock:
            is_wanted = self._has_sessions and not self._is_closed and not self._idle.get(pod)
            if not is_wanted or (self._spare is not None and self._spare.is_alive()):
                return
            self._spare = threading.Thread(
                target=self._open_spare, args=[pod], name="forward-spare", daemon=True
            )
            self._spare.start()

    def _open_spare(self, pod: str) -> None:
        with suppress(OSError):  # whoever dials next is told
            self._keep(pod, open_session(self._client, self._path(pod)), is_spare=True)

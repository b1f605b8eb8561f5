"""One local listener per container port, held open while pods are replaced."""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from draftpy.clock import Clock
from draftpy.events import Forwarding, Reporter, Warned
from draftpy.forward import CLOSING_S, HeldConnection
from draftpy.gate import Gate
from draftpy.links import RETRY_S, Route
from draftpy.local_ports import Listener, PortMapping, listen_exactly, listen_near
from draftpy.targets import PodDialer, Targets

# How long a connection waits for a pod before it is closed.
HOLD_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardParts:
    """What every forward works with."""

    dialer: PodDialer
    reporter: Reporter
    clock: Clock
    hold_s: float = HOLD_S


class HeldForward:
    """A local port that leads to a container port, whichever pod serves it at the moment."""

    def __init__(
        self, listener: Listener, remote_port: int, parts: ForwardParts, gate: Gate
    ) -> None:
        self.local_port = listener.port
        self.remote_port = remote_port
        self._listener = listener
        self._parts = parts
        self.gate = gate
        self._targets = Targets()
        self._route = Route(
            targets=self._targets,
            dialer=parts.dialer,
            gate=gate,
            port=remote_port,
            clock=parts.clock,
            hold_s=parts.hold_s,
        )
        self._live: dict[HeldConnection, threading.Thread] = {}
        self._lock = threading.Lock()
        self._wake, self._woken = socket.socketpair()
        self._acceptor = threading.Thread(
            target=self._accept, name=f"forward-{self.local_port}", daemon=True
        )

    def start(self) -> None:
        """Accept from now on; connections wait until there are pods."""
        self._acceptor.start()

    def set_pods(self, pods: tuple[str, ...]) -> None:
        """Send new connections to these pods, the best first; none means: hold them."""
        self._targets.set_pods(pods)

    def stop(self) -> None:
        """Close the port and every connection; takes a second at most."""
        self._targets.close()
        self._wake.close()
        self._acceptor.join()
        self._woken.close()
        self._listener.close()
        with self._lock:
            live = dict(self._live)
        for held in live:
            held.abort()
        for thread in live.values():
            thread.join(CLOSING_S)

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            for waited in (*self._listener.sockets, self._woken):
                selector.register(waited, selectors.EVENT_READ)
            while not self._targets.is_closed:
                for key, _ in selector.select():
                    if isinstance(key.fileobj, socket.socket) and key.fileobj is not self._woken:
                        self._accept_one(key.fileobj)

    def _accept_one(self, listening: socket.socket) -> None:
        try:
            client, _ = listening.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError as error:  # out of file descriptors: who connects waits in the backlog
            self._warn(error)
            self._targets.wait_change(RETRY_S)
            return
        client.settimeout(None)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        held = HeldConnection(client, self._route)
        name = f"forward-{self.local_port}-down"
        thread = threading.Thread(target=self._serve, args=[held], name=name, daemon=True)
        with self._lock:
            self._live[held] = thread
        thread.start()

    def _serve(self, held: HeldConnection) -> None:
        try:
            held.run()
        except Exception as error:  # noqa: BLE001 - a bug in one connection must be seen
            self._warn(error)
        finally:
            with self._lock:
                del self._live[held]

    def _warn(self, error: Exception) -> None:
        text = f"a connection to port {self.local_port} broke: {type(error).__name__}: {error}"
        self._parts.reporter.report(Warned(text=text))


class HeldForwards:
    """The forwards of one release: those asked for, and those of ports that its pods declare."""

    def __init__(self, mappings: tuple[PortMapping, ...], parts: ForwardParts) -> None:
        self._mappings = mappings
        self._parts = parts
        self._gate = Gate(parts.clock)
        self._forwards: dict[int, HeldForward] = {}

    @contextmanager
    def hold(self, drain_s: float) -> Iterator[None]:
        """Let new requests wait while the app is restarted; those in flight may finish first.

        Inside the context nothing new reaches a pod, for `gate.LIMIT_S` at most.
        """
        with self._gate.hold(drain_s):
            yield

    @property
    def ports(self) -> tuple[int, ...]:
        """The container ports that are forwarded."""
        return tuple(self._forwards)

    def start(self) -> None:
        """Open the ports that were asked for; raises UsageError if one is taken."""
        try:
            for mapping in self._mappings:
                self._open(listen_exactly(mapping.local), mapping.remote)
        except BaseException:
            self.stop()
            raise

    def add_port(self, remote_port: int) -> None:
        """Open a local port for a container port, unless it has one; the same number if free."""
        if remote_port in self._forwards:
            return
        listener = listen_near(remote_port)
        moved_from = remote_port if listener.port != remote_port else 0
        self._open(listener, remote_port, moved_from)

    def set_pods(self, remote_port: int, pods: tuple[str, ...]) -> None:
        """Send new connections for a container port to these pods, the best first."""
        self._forwards[remote_port].set_pods(pods)

    def stop(self) -> None:
        """Close every port and connection."""
        for forward in self._forwards.values():
            forward.stop()
        self._forwards = {}
        self._parts.dialer.close()

    def _open(self, listener: Listener, remote_port: int, moved_from: int = 0) -> None:
        forward = HeldForward(listener, remote_port, self._parts, self._gate)
        self._forwards[remote_port] = forward
        forward.start()
        self._parts.reporter.report(
            Forwarding(
                local_port=listener.port,
                remote_port=remote_port,
                url=f"http://localhost:{listener.port}",
                moved_from=moved_from,
            )
        )

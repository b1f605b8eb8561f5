"""A command that runs in a container of a pod, its standard streams carried by a websocket."""

import json
from dataclasses import dataclass

from draftpy.adapters.kube.channels import ChannelSocket, open_channels
from draftpy.adapters.kube.client import KubeClient

# The newer one can end stdin alone; servers before Kubernetes 1.30 speak the older one only.
_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_STDIN, _STDOUT, _STDERR, _ERROR, _CLOSE = 0, 1, 2, 3, 255
# What a command says on stderr is kept up to this size: its last bytes.
STDERR_BYTES = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecEnd:
    """How a command ended; `exit_code` None: it never ran, or the server does not say."""

    exit_code: int | None
    message: str = ""


class ExecStream:
    """One running command: `recv` gives its stdout; one thread may read while others write."""

    def __init__(self, channels: ChannelSocket) -> None:
        self._channels = channels
        self._rest = b""
        self._stderr = bytearray()
        self._end: ExecEnd | None = None

    @property
    def can_close_stdin(self) -> bool:
        """Whether the command can be told that nothing more comes while it goes on."""
        return self._channels.protocol == _PROTOCOLS[0]

    @property
    def end(self) -> ExecEnd | None:
        """How the command ended; known when `recv` has given b"" and the server has said so."""
        return self._end

    @property
    def stderr(self) -> bytes:
        """The last bytes of stderr, as far as `recv` has come."""
        return bytes(self._stderr)

    def recv(self, max_bytes: int) -> bytes:
        """Some bytes of stdout; b"" at the end; raises OSError when the stream broke."""
        while not self._rest:
            frame = None if self._end else self._channels.recv()
            if frame is None:
                return b""
            self._take(*frame)
        taken, self._rest = self._rest[:max_bytes], self._rest[max_bytes:]
        return taken

    def send_all(self, payload: bytes) -> None:
        """Send every byte to stdin; raises OSError when the stream broke."""
        self._channels.send(_STDIN, payload)

    def close_stdin(self) -> None:
        """Tell the command that nothing more comes, where the server can (`can_close_stdin`)."""
        if self.can_close_stdin:
            self._channels.send(_CLOSE, bytes((_STDIN,)))

    def set_timeout(self, timeout_s: float | None) -> None:
        """How long one read or write may wait for the network; None: for ever."""
        self._channels.set_timeout(timeout_s)

    def close(self) -> None:
        """Leave the command, from any thread; wakes who reads; safe to call twice."""
        self._channels.close()

    def _take(self, channel: int, payload: bytes) -> None:
        if channel == _STDOUT:
            self._rest = payload
        elif channel == _STDERR:
            self._stderr += payload
            del self._stderr[:-STDERR_BYTES]
        elif channel == _ERROR and payload:
            self._end = parse_end(payload)


def open_exec(
    client: KubeClient, namespace: str, pod: str, container: str, command: tuple[str, ...]
) -> ExecStream:
    """Run a command without a terminal; `container` "" is the pod's default one.

    Raises OSError if the server cannot be reached or refuses. A command that cannot be started is
    no error here: `recv` is at its end, and `end` says why.
    """
    wanted = [("container", container)] if container else []
    streams = [(name, "true") for name in ("stdin", "stdout", "stderr")]
    query = [*(("command", word) for word in command), *wanted, *streams]
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/exec"
    try:
        return ExecStream(open_channels(client, path, query, _PROTOCOLS))
    except OSError as error:
        raise OSError(f"{command[0]} cannot be run in {pod}: {error}") from error


def parse_end(payload: bytes) -> ExecEnd:
    """Parse the Status that the server sends when a command is over."""
    try:
        status = json.loads(payload)
        if status.get("status") == "Success":
            return ExecEnd(exit_code=0)
        causes = status.get("details", {}).get("causes", [])
        codes = [int(each["message"]) for each in causes if each.get("reason") == "ExitCode"]
        return ExecEnd(exit_code=codes[0] if codes else None, message=str(status["message"]))
    except (ValueError, AttributeError, KeyError, TypeError):
        text = payload.decode("utf-8", errors="replace").strip()
        return ExecEnd(exit_code=None, message=text)

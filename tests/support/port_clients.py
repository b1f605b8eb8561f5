"""Clients that ask a local port all the time, and count what goes wrong."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

# Longer than any connection is held.
PATIENCE_S = 90.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the requests; one that was answered in part is the app's own loss."""

    answers: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    half_answered: list[str] = field(default_factory=list)
    connections: int = 0
    slowest_s: float = 0.0

    @property
    def versions(self) -> set[str]:
        """The versions of the app that answered."""
        return {answer.rpartition(" ")[2] for answer in self.answers}

    def __str__(self) -> str:
        lost = f"{len(self.unanswered)} unanswered, {len(self.half_answered)} half answered"
        return (
            f"{len(self.answers)} answers over {self.connections} connections from"
            f" {len(self.versions)} versions, {lost}, slowest {self.slowest_s:.2f} s"
        )


class PortClient:
    """So many workers that each ask again and again, every second request a POST."""

    def __init__(self, url: str, *, rate_hz: float, workers: int, keeps: bool) -> None:
        address = urlsplit(url)
        self._address = (address.hostname or "", address.port or 80)
        self._pause_s = workers / rate_hz
        self._keeps = keeps
        self._workers = workers
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.tally = Tally()

    @contextmanager
    def asking(self) -> Iterator[Tally]:
        """Ask inside the context; the last requests are waited for."""
        threads = [
            threading.Thread(target=self._work, args=[number], name="port-client")
            for number in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        try:
            yield self.tally
        finally:
            self._stopped.set()
            for thread in threads:
                thread.join()

    def _work(self, worker: int) -> None:
        connection: http.client.HTTPConnection | None = None
        number = 0
        self._stopped.wait(self._pause_s * worker / self._workers)
        while not self._stopped.is_set():
            began = time.monotonic()
            number += 1
            connection = connection or self._connect()
            is_kept = self._ask(connection, "POST" if number % 2 else "GET")
            if not (is_kept and self._keeps):
                connection.close()
                connection = None
            spent_s = time.monotonic() - began
            self.tally.slowest_s = max(self.tally.slowest_s, spent_s)
            self._stopped.wait(max(0.0, self._pause_s - spent_s))
        if connection is not None:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        with self._lock:
            self.tally.connections += 1
        connection = http.client.HTTPConnection(*self._address, timeout=PATIENCE_S)
        connection.auto_open = 1
        return connection

    def _ask(self, connection: http.client.HTTPConnection, method: str) -> bool:
        """One request; whether its connection stays."""
        began, lost = time.monotonic(), self.tally.unanswered
        try:
            connection.request(method, "/", body=b"x" * 100 if method == "POST" else None)
            answer = connection.getresponse()
            lost = self.tally.half_answered
            self.tally.answers.append(answer.read().decode())
        except (OSError, http.client.HTTPException) as error:
            lost.append(f"{method}: {error!r} after {time.monotonic() - began:.2f} s")
            return False
        return not answer.will_close

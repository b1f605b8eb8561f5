"""Follow the logs of a release's pods as they come, restart and go."""

import threading
from contextlib import ExitStack
from dataclasses import replace

from draftpy.clock import Clock
from draftpy.errors import DraftError, ExitCode
from draftpy.events import Failed, Reporter
from draftpy.logs import LineTeller, LogOptions, LogQuery, LogSource, SeenLines
from draftpy.pods import ContainerState, PodState

# A stream that ended or broke is opened again after these pauses.
RETRY_S = (0.1, 0.2, 0.5, 1.0, 2.0)
# How long the stream of a pod that is gone may still bring lines.
GONE_S = 5.0
STOPPING_S = 1.0


class LogFollower:
    """One thread per container that writes or has written; tells each line once."""

    def __init__(
        self, source: LogSource, reporter: Reporter, clock: Clock, options: LogOptions
    ) -> None:
        self._source = source
        self._reporter = reporter
        self._clock = clock
        self._options = options
        self._followed: dict[tuple[str, str], _Followed] = {}
        self._is_first = True

    def set_pods(self, pods: tuple[PodState, ...]) -> None:
        """The release's pods now: new containers are followed, gone ones read to their end.

        `tail` and `since` hold for the pods of the first call; later ones are told whole.
        """
        wanted = {
            (pod.uid, container.name): (pod, container)
            for pod in pods
            for container in pod.containers
            if self._options.wants(container)
        }
        for key, (pod, container) in wanted.items():
            if key in self._followed:
                self._followed[key].set_state(container)
            else:
                self._followed[key] = self._follow(pod, container)
        for key in self._followed.keys() - wanted.keys():
            if self._followed[key].is_over(self._clock.now()):
                del self._followed[key]
        self._is_first = False

    def stop(self) -> None:
        """Close every stream; takes a second at most."""
        for followed in self._followed.values():
            followed.stop()
        for followed in self._followed.values():
            followed.thread.join(STOPPING_S)
        self._followed = {}

    def _follow(self, pod: PodState, container: ContainerState) -> "_Followed":
        query = LogQuery(
            pod=pod.name,
            container=container.name,
            follow=True,
            tail=self._options.tail if self._is_first else None,
            since_s=self._options.since_s if self._is_first else None,
        )
        seen = SeenLines(is_partial=query.tail is not None or query.since_s is not None)
        teller = LineTeller(pod.name, container.name, self._options.grep, self._reporter, seen)
        followed = _Followed(self._source, query, teller, container)
        followed.thread.start()
        return followed


class _Followed:
    """One container's log, over its restarts and over broken streams."""

    def __init__(
        self, source: LogSource, query: LogQuery, teller: LineTeller, state: ContainerState
    ) -> None:
        self._source = source
        self._query = query
        self._teller = teller
        self._state = state
        self._run = self._first_run = state.restarts
        self._reporter = teller.reporter
        self._since_time = ""
        self._changed = threading.Condition()
        self._version = 0
        self._gone_at: float | None = None
        self._is_stopped = False
        self._has_told_error = False
        self._stream = ExitStack()
        name = f"logs-{query.pod}-{query.container}"
        self.thread = threading.Thread(target=self._follow, name=name, daemon=True)

    def set_state(self, state: ContainerState) -> None:
        """What the cluster says of the container now."""
        with self._changed:
            if state.restarts > self._state.restarts:
                # Whichever run the open stream is of: first the rest of the last run, then on.
                self._stream.close()
            if state != self._state:
                self._state = state
                self._version += 1
                self._changed.notify_all()

    def is_over(self, now: float) -> bool:
        """Tell that the pod is gone; whether the rest of its lines has been read."""
        with self._changed:
            if self._gone_at is None:
                self._gone_at = now
                self._changed.notify_all()
            if now - self._gone_at > GONE_S:
                self._is_stopped = True
                self._stream.close()
        return not self.thread.is_alive()

    def stop(self) -> None:
        """Unblock the thread and end it."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()
            self._stream.close()

    def _follow(self) -> None:
        try:
            self._read_all_runs()
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must know
            if not self._is_stopped:
                self._tell_error(f"{type(error).__name__}: {error}", ExitCode.BUG)

    def _read_all_runs(self) -> None:
        pauses = iter(RETRY_S)
        while not self._is_stopped:
            with self._changed:
                state, version = self._state, self._version
            if state.restarts > self._run:
                self._read_last_run()
                self._run = state.restarts
            before = self._teller.told
            has_end = self._read(previous=False)
            if self._gone_at is not None:
                return
            if before != self._teller.told:
                pauses = iter(RETRY_S)
            # All of a run that is known to be over has been read: nothing comes before the next.
            is_done = has_end and not state.running
            self._wait_change(version, None if is_done else next(pauses, RETRY_S[-1]))

    def _read_last_run(self) -> None:
        for pause_s in RETRY_S:
            if self._read(previous=True) or self._is_stopped:
                return
            self._wait_change(self._version, pause_s)

    def _wait_change(self, version: int, timeout_s: float | None) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._version != version or self._is_stopped or self._gone_at is not None,
                timeout_s,
            )

    def _read(self, *, previous: bool) -> bool:
        """Read one stream as far as it goes; whether it came to its end unbroken."""
        try:
            with ExitStack() as stream:
                lines = stream.enter_context(
                    self._source.open_log(self._next_query(previous=previous))
                )
                if not self._hold(stream):
                    return False
                self._teller.tell_new(lines)
        except DraftError as error:
            if not self._is_stopped:
                self._tell_error(error.evidence or error.what, error.exit_code)
            return False
        except OSError:
            return False  # the next stream begins where this one broke
        self._has_told_error = False
        return True

    def _hold(self, stream: ExitStack) -> bool:
        with self._changed:
            self._stream = stream
            return not self._is_stopped

    def _next_query(self, *, previous: bool) -> LogQuery:
        newest = self._teller.seen.since_time
        if not previous:
            # The stream may turn out to be the next run's: then this is where the last run's broke.
            self._since_time = newest
        is_first = not newest and self._run == self._first_run
        return replace(
            self._query,
            follow=not previous,
            previous=previous,
            since_time=self._since_time,
            tail=self._query.tail if is_first else None,
            since_s=self._query.since_s if is_first else None,
        )

    def _tell_error(self, evidence: str, exit_code: ExitCode) -> None:
        if self._has_told_error:
            return
        self._has_told_error = True
        what = f"the log of {self._query.pod} ({self._query.container}) cannot be read now"
        self._reporter.report(Failed(what=what, evidence=evidence, exit_code=int(exit_code)))

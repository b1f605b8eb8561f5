"""logs: what the app says, or what its last build said."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from draftpy.errors import ReleaseMissing
from draftpy.events import Notice, Reporter, Result
from draftpy.follow import FollowParts, follow
from draftpy.logs import LogOptions, LogSource, read_logs
from draftpy.rollout import Cluster


class KeptBuildLogs(Protocol):
    """Where the output of the last build is kept."""

    def find(self, release: str) -> str | None:
        """The output of the last build, if one is kept."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTools:
    """What logs are read with."""

    cluster: Cluster
    source: LogSource
    build_logs: KeptBuildLogs
    reporter: Reporter


def logs(tools: LogTools, release: str, options: LogOptions) -> None:
    """Tell what the containers of a release have written; raises ReleaseMissing."""
    pods = tools.cluster.read_release(release).pods
    if not pods:
        raise ReleaseMissing(f"release {release} has no pods", remedy="draftpy up, draftpy status")
    if not read_logs(tools.source, pods, options, tools.reporter):
        tools.reporter.report(Notice(text=f"{release} has written nothing that matches"))


def follow_logs(release: str, parts: FollowParts) -> None:
    """Tell the lines as they come, until Ctrl-C."""
    with suppress(KeyboardInterrupt), follow(release, parts) as follower:
        follower.wait_stopped()


def build_log(tools: LogTools, release: str) -> None:
    """Tell the output of the last image build; raises ReleaseMissing if none is kept."""
    text = tools.build_logs.find(release)
    if text is None:
        raise ReleaseMissing(
            f"no build output is kept for {release}",
            evidence="it is kept from the first build that gets as far as a release",
            remedy="draftpy up --verbose shows it live",
        )
    tools.reporter.report(Result(text=text, body={"release": release, "build": text}))

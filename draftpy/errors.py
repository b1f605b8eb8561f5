"""Every way draftpy can fail on purpose, with its exit code."""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process returns; the one table of exit codes."""

    DONE = 0
    BUG = 1
    USAGE = 2
    CONFIG = 3
    PACK = 4
    CONFLICT = 5
    UNREACHABLE = 6
    BUILD = 7
    PUBLISH = 8
    RELEASE = 9
    REFUSED = 10
    INTERRUPTED = 130


class DraftError(Exception):
    """A failure that is shown to the user: what failed, the evidence, the next command.

    `what` is one line that names the thing; `evidence` is quoted output, short, maybe several
    lines; `remedy` is what to type or change next. None of them may hold a secret.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(self, what: str, *, evidence: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.evidence = evidence
        self.remedy = remedy


class UsageError(DraftError):
    """An argument or option that makes no sense."""

    exit_code = ExitCode.USAGE


class NameInvalid(UsageError):
    """A name that Kubernetes, Helm or a registry would refuse."""


class SourceMissing(UsageError):
    """The source folder is not there or is not a folder."""


class ConfigInvalid(DraftError):
    """draft.yaml, the user's config or the kubeconfig cannot be used."""

    exit_code = ExitCode.CONFIG


class ConfigMissing(ConfigInvalid):
    """There is no draft.yaml where one is needed."""


class KubeContextUnknown(ConfigInvalid):
    """The kubeconfig has no such kube context, or there is no kubeconfig."""


class NothingDetected(DraftError):
    """No pack fits the source."""

    exit_code = ExitCode.PACK


class UnknownPack(DraftError):
    """The wanted pack is in no catalog."""

    exit_code = ExitCode.PACK


class PackInvalid(DraftError):
    """A pack breaks its own format."""

    exit_code = ExitCode.PACK


class Conflict(DraftError):
    """Existing files stand in the way of what create would write."""

    exit_code = ExitCode.CONFLICT


class WriteFailed(DraftError):
    """A project file could not be written; what stood there before still stands."""

    exit_code = ExitCode.CONFLICT


class EngineUnreachable(DraftError):
    """No Docker engine answers."""

    exit_code = ExitCode.UNREACHABLE


class ClusterUnreachable(DraftError):
    """The API server does not answer."""

    exit_code = ExitCode.UNREACHABLE


class WatchFailed(DraftError):
    """The folder cannot be watched."""

    exit_code = ExitCode.UNREACHABLE


class WatchLimit(WatchFailed):
    """The operating system watches no more folders for this user; polling still works."""


class BuildFailed(DraftError):
    """The image could not be built."""

    exit_code = ExitCode.BUILD


class AgentUnavailable(BuildFailed):
    """draftpy came without the agent that a development image needs."""


class DockerfileInvalid(BuildFailed):
    """The Dockerfile cannot be read or parsed."""


class ContextChanged(BuildFailed):
    """A file changed between hashing and packing: take a new snapshot and go on."""


class PublishFailed(DraftError):
    """The image could not be made visible to the cluster."""

    exit_code = ExitCode.PUBLISH


class ReleaseFailed(DraftError):
    """Helm or the cluster refused the release."""

    exit_code = ExitCode.RELEASE


class ChartInvalid(ReleaseFailed):
    """The chart does not load, does not render, or the values break its schema."""


class Rejected(ReleaseFailed):
    """The API server refused an object or a permission is missing."""


class ReleaseMissing(ReleaseFailed):
    """There is no such release or revision."""


class RolloutFailed(ReleaseFailed):
    """The pods of the release do not get ready, for a named cause."""


class ContextRefused(DraftError):
    """The guard does not allow writing to this cluster."""

    exit_code = ExitCode.REFUSED


class NotOurs(DraftError):
    """A release of this name exists and was not made by draftpy."""

    exit_code = ExitCode.REFUSED


class Interrupted(DraftError):
    """The user stopped it."""

    exit_code = ExitCode.INTERRUPTED

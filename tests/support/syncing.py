"""A folder, its sync rules, and pods in memory that are kept equal to it."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from draftpy.clock import Deadline, SystemClock
from draftpy.dev_settings import DevSettings
from draftpy.dockerfile import parse_dockerfile
from draftpy.dockerignore import load_build_ignore
from draftpy.events import Event
from draftpy.pods import PodState
from draftpy.sync.board import SyncTarget
from draftpy.sync.development import DevelopmentParts, DevelopmentPods
from draftpy.sync.folder import SyncedFolder
from draftpy.sync_rules import derive_rules
from draftpy.watch import ChangeSet
from tests.support.agents import MemoryAgent, MemoryAgents
from tests.support.cluster_states import StatesCluster
from tests.support.contexts import take, write_tree
from tests.support.reporter import ListReporter

FILES = {
    "Dockerfile": "FROM python\nWORKDIR /app\nCOPY requirements.txt .\n"
    "RUN pip install -r requirements.txt\nCOPY . /app\nCMD python app.py\n",
    "requirements.txt": "flask\n",
    "app.py": "one\n",
    "lib/a.py": "a\n",
}


@dataclass(slots=True)
class CountingGate:
    """Counts how often requests had to wait."""

    held: int = 0

    def hold(self, drain_s: float) -> AbstractContextManager[object]:
        """Let nobody wait."""
        self.held += 1
        return nullcontext()


def synced_folder(root: Path, settings: DevSettings | None = None) -> SyncedFolder:
    """The folder as its pods should hold it."""
    context = take(root)
    text = (root / "Dockerfile").read_text()
    names = {file.path for file in context.files}
    rules = derive_rules(
        parse_dockerfile(text), settings or DevSettings(), has_file=names.__contains__
    )
    return SyncedFolder(
        context=context,
        rules=rules,
        ignore=load_build_ignore(root, "Dockerfile"),
        deployed=("draft.yaml", "charts/hello"),
    )


def changed(*paths: str, seen_at: float = 0.0) -> ChangeSet:
    """A change set of these paths."""
    return ChangeSet(paths=paths, seen_at=seen_at)


@dataclass(slots=True)
class SyncStage:
    """A project folder and its pods; `pods` is what is tested."""

    root: Path
    settings: DevSettings = field(default_factory=DevSettings)
    agents: MemoryAgents = field(default_factory=MemoryAgents)
    gate: CountingGate = field(default_factory=CountingGate)
    cluster: StatesCluster = field(default_factory=StatesCluster)
    reporter: ListReporter = field(default_factory=ListReporter)
    clock: SystemClock = field(default_factory=SystemClock)
    pods: DevelopmentPods = field(init=False)

    def __post_init__(self) -> None:
        write_tree(self.root, FILES)
        self.pods = DevelopmentPods(
            DevelopmentParts(
                links=self.agents,
                gate=self.gate,
                cluster=self.cluster,
                reporter=self.reporter,
                clock=self.clock,
            )
        )

    def aim(self) -> SyncedFolder:
        """Take the folder as it is for what pods should hold."""
        folder = synced_folder(self.root, self.settings)
        self.pods.aim(SyncTarget(folder=folder, settings=self.settings, build_id=""))
        return folder

    def run(self, *pods: PodState) -> list[MemoryAgent]:
        """Aim, and start pods that were built of the folder as it is now."""
        tree = dict(self.aim().tree)
        made = [MemoryAgent(states=dict(tree)) for _ in pods]
        self.agents.agents |= {pod.name: agent for pod, agent in zip(pods, made, strict=True)}
        self.pods.set_pods(pods)
        self.pods.wait_equal(len(pods), lambda: False)
        return made

    def wait_told(self, kind: type[Event]) -> None:
        """Until an event of this kind was told; a pod is asked again within two seconds."""
        deadline = Deadline.after(self.clock, 10.0)
        while not self.reporter.of(kind):
            assert not deadline.has_passed(), f"no {kind.__name__} was told"
            self.clock.sleep(0.01)

    def write(self, path: str, text: str) -> None:
        """Save a file."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

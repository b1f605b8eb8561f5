"""The watcher of a project's folder that works where it is."""

import platform
from pathlib import Path
from typing import TYPE_CHECKING

from draftpy.config import DRAFT_YAML
from draftpy.wiring.world import World

if TYPE_CHECKING:
    from draftpy.watch import Watcher


def open_watcher(world: World) -> "Watcher":
    from draftpy.ignore import DeployIgnore, load_deploy_ignore

    root, environment = world.project.root, world.environment
    deployed = (DRAFT_YAML, environment.chart, *environment.values_files)

    def load_rules(folder: Path) -> DeployIgnore:
        return load_deploy_ignore(folder, environment.dockerfile, deployed)

    if platform.system() != "Linux":
        from draftpy.adapters.watchdog_watcher import WatchdogWatcher

        return WatchdogWatcher(root, load_rules)
    from draftpy.adapters.falling_back_watcher import FallingBackWatcher
    from draftpy.adapters.inotify_watcher import InotifyWatcher
    from draftpy.adapters.polling_watcher import Polling, PollingWatcher
    from draftpy.adapters.silent_mounts import find_silent_mount

    def poll(because: str, remedy: str = "") -> PollingWatcher:
        polling = Polling(because=because, remedy=remedy)
        return PollingWatcher(root, load_rules, world.reporter, polling)

    if kind := find_silent_mount(root):
        return poll(f"{root} is on {kind}, which does not tell of changes made elsewhere")
    return FallingBackWatcher(
        InotifyWatcher(root, load_rules), lambda limit: poll(limit.what, limit.remedy)
    )

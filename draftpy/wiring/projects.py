"""Where → Project and resolved Environment."""

from pathlib import Path

from draftpy.config import (
    DEFAULT_SECTION,
    App,
    Environment,
    Overrides,
    Project,
    load_project,
    load_user_config,
    resolve_environment,
)
from draftpy.errors import SourceMissing
from draftpy.invocation import Invocation, Where
from draftpy.names import to_app_name


def root_of(invocation: Invocation, path: Path) -> Path:
    """The project's folder, absolute; raises SourceMissing."""
    root = (invocation.cwd / path.expanduser()).resolve()
    if not root.is_dir():
        state = "is not a folder" if root.exists() else "is not there"
        raise SourceMissing(f"{path} {state}", remedy="name a folder of source code")
    return root


def overrides_of(invocation: Invocation, where: Where) -> Overrides:
    """What goes before draft.yaml for this run."""
    flags = {
        "namespace": where.namespace,
        "context": where.kube_context,
        "ports": list(where.ports),
        "timeout": where.timeout_s,
    }
    user = load_user_config(invocation.config_folder / "config.yaml")
    return Overrides(flags=flags, environ=invocation.environ, user=user)


def open_project(invocation: Invocation, where: Where) -> tuple[Project, Environment]:
    """The project and its environment; raises SourceMissing, ConfigMissing, ConfigInvalid."""
    project = load_project(root_of(invocation, where.path))
    return project, resolve_environment(project, where.environment, overrides_of(invocation, where))


def assume_project(invocation: Invocation, where: Where) -> tuple[Project, Environment]:
    """The project that create would make of the folder, as far as names go."""
    root = root_of(invocation, where.path)
    project = Project(root=root, apps=(App(name=to_app_name(root.name)),), sections=DEFAULT_SECTION)
    return project, resolve_environment(project, where.environment, overrides_of(invocation, where))

"""Pods in one line."""

from draftpy.pods import ContainerState, PodState, ReleaseState


def container(
    name: str = "app",
    *,
    running: bool = True,
    restarts: int = 0,
    exit_code: int | None = None,
    last_exit_code: int | None = None,
    last_reason: str = "",
    ports: tuple[int, ...] = (8080,),
    ready_when_open: bool = False,
) -> ContainerState:
    """A container that runs, unless told otherwise."""
    return ContainerState(
        name=name,
        image="hello:1",
        ready=running,
        restarts=restarts,
        running=running,
        exit_code=exit_code,
        last_exit_code=last_exit_code,
        last_reason=last_reason,
        ports=ports,
        ready_when_open=ready_when_open,
    )


def pod(
    name: str = "hello-1",
    *containers: ContainerState,
    ready: bool = True,
    deleting: bool = False,
    created_at: str = "2026-01-01T00:00:00Z",
) -> PodState:
    """A ready pod with one running container, unless told otherwise."""
    return PodState(
        name=name,
        uid=f"uid-{name}",
        phase="Running",
        ready=ready,
        deleting=deleting,
        created_at=created_at,
        labels=(),
        containers=containers or (container(),),
    )


def release_state(*pods: PodState) -> ReleaseState:
    """A release with these pods."""
    return ReleaseState(workloads=(), pods=pods)

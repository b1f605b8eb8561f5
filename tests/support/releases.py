"""Helm without a cluster: releases in memory."""

from dataclasses import replace

from draftpy.errors import DraftError, ReleaseMissing
from draftpy.release import Release, ReleaseRequest


class MemoryReleases:
    """Keeps every revision; `failures` are raised first, one per install or upgrade."""

    def __init__(self, *failures: DraftError) -> None:
        self.revisions: dict[str, list[Release]] = {}
        self.failures = list(failures)

    def find(self, name: str) -> Release | None:
        found = self.revisions.get(name)
        return found[-1] if found else None

    def install(self, request: ReleaseRequest) -> Release:
        return self._add(request, 1)

    def upgrade(self, request: ReleaseRequest) -> Release:
        return self._add(request, self.history(request.name)[-1].revision + 1)

    def rollback(self, name: str, revision: int) -> Release:
        found = self.history(name)
        wanted = revision or (found[-2].revision if len(found) > 1 else 0)
        old = next((each for each in found if each.revision == wanted), None)
        if old is None:
            raise ReleaseMissing(f"release {name} has no revision {revision}")
        number = found[-1].revision + 1
        return self._keep(replace(old, revision=number, description=f"Rollback to {wanted}"))

    def history(self, name: str) -> tuple[Release, ...]:
        if name not in self.revisions:
            raise ReleaseMissing(f"there is no release {name}")
        return tuple(self.revisions[name])

    def uninstall(self, name: str) -> bool:
        return self.revisions.pop(name, None) is not None

    def list(self, *, all_namespaces: bool) -> tuple[Release, ...]:
        return tuple(found[-1] for found in self.revisions.values())

    def render(self, request: ReleaseRequest) -> str:
        return ""

    def _add(self, request: ReleaseRequest, revision: int) -> Release:
        if self.failures:
            raise self.failures.pop(0)
        return self._keep(
            Release(
                name=request.name,
                namespace=request.namespace,
                revision=revision,
                status="deployed",
                chart=f"{request.name}-0.1.0",
                updated="2026-01-01T00:00:00Z",
                description=request.description,
                labels=request.labels,
                values=request.values,
            )
        )

    def _keep(self, release: Release) -> Release:
        found = self.revisions.setdefault(release.name, [])
        found[:] = [replace(each, status="superseded") for each in found]
        found.append(release)
        return release

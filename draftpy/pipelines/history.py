"""The revisions of a release, oldest first; and the releases that draftpy made."""

from typing import Any

from draftpy.events import Reporter, Result
from draftpy.labels import LABEL_BUILD_ID, LABEL_COMMIT, LABEL_ENVIRONMENT
from draftpy.release import Release, Releases
from draftpy.tables import render_table


def history(releases: Releases, name: str, reporter: Reporter) -> None:
    """Tell all kept revisions; raises ReleaseMissing."""
    revisions = releases.history(name)
    rows = [
        (str(r.revision), r.status, image_of(r), r.labels.get(LABEL_COMMIT, "")[:12] or "-",
         short_time(r.updated), r.description)
        for r in revisions
    ]  # fmt: skip
    text = render_table(("REVISION", "STATUS", "IMAGE", "COMMIT", "UPDATED", "WHY"), rows)
    body = {"release": name, "revisions": [release_to_json(r) for r in revisions]}
    reporter.report(Result(text=text, body=body))


def list_releases(releases: Releases, reporter: Reporter, *, all_namespaces: bool) -> None:
    """Tell the newest revision of each release that draftpy made."""
    ours = [r for r in releases.list(all_namespaces=all_namespaces) if r.is_ours]
    rows = [
        (r.namespace, r.name, r.labels.get(LABEL_ENVIRONMENT, "-"), str(r.revision), r.status,
         image_of(r), short_time(r.updated))
        for r in ours
    ]  # fmt: skip
    headers = ("NAMESPACE", "NAME", "ENVIRONMENT", "REVISION", "STATUS", "IMAGE", "UPDATED")
    text = render_table(headers, rows) if rows else "no releases of draftpy here"
    reporter.report(Result(text=text, body={"releases": [release_to_json(r) for r in ours]}))


def image_of(release: Release) -> str:
    """`repository:tag` as the release's values say, without registry and digest; else by label."""
    image = release.values.get("image")
    if not isinstance(image, dict):
        build_id = release.labels.get(LABEL_BUILD_ID, "")
        return f"{release.name}:{build_id}" if build_id else "-"
    repository = str(image.get("repository", "")).rsplit("/", 1)[-1]
    return f"{repository}:{image.get('tag', '')}"


def short_time(stamp: str) -> str:
    """`2026-11-24 08:30:01` of an RFC 3339 time."""
    return stamp[:19].replace("T", " ")


def release_to_json(release: Release) -> dict[str, Any]:
    """A release's own facts as JSON types; values and manifest may hold secrets and stay out."""
    return {
        "name": release.name,
        "namespace": release.namespace,
        "revision": release.revision,
        "status": release.status,
        "chart": release.chart,
        "image": image_of(release),
        "environment": release.labels.get(LABEL_ENVIRONMENT, ""),
        "build_id": release.labels.get(LABEL_BUILD_ID, ""),
        "git_commit": release.labels.get(LABEL_COMMIT, ""),
        "updated": release.updated,
        "description": release.description,
    }

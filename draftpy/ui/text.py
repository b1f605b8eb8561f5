"""Events as lines of text, the same words on a terminal and in a file."""

import time
from collections.abc import Callable
from typing import Any

from draftpy.events import (
    BuildLine,
    CallMade,
    Changed,
    Event,
    Failed,
    FilesSynced,
    Forwarding,
    LogLine,
    Notice,
    Result,
    Served,
    StageFinished,
    StageProgress,
    StageSkipped,
    StageStarted,
    Stopped,
    Target,
    Warned,
    Watching,
)

_STAGE_CHARS = 9
_TEXT_CHARS = 58
_NAME_CHARS = 18
_INDENT = " " * 12
# What takes less is no part of a change's time that anybody would look at.
_WORTH_TELLING_S = 0.0005


def render_event(event: Event) -> tuple[str, ...]:
    """The lines that tell an event; none for events that only a live screen shows."""
    renderer = _RENDERERS.get(type(event))
    return tuple(renderer(event)) if renderer else ()


def format_seconds(seconds: float) -> str:
    """A duration as people read it: `74 ms`, `3.1 s`, `2 min 5 s`."""
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def render_failure(failed: Failed) -> list[str]:
    """What failed, the quoted evidence, the next command."""
    head = f"✗ {failed.stage:<{_STAGE_CHARS}} {failed.what}" if failed.stage else f"✗ {failed.what}"
    evidence = [f"{_INDENT}{line}" for line in failed.evidence.splitlines()]
    remedy = [f"{_INDENT}→ {line}" for line in failed.remedy.splitlines()]
    return [head, *evidence, *remedy]


def _target(event: Target) -> list[str]:
    context = f"kube context {event.kube_context} ({event.allowed_because})"
    namespace = f"namespace {event.namespace}"
    return [" · ".join((event.app, event.environment, context, namespace))]


def _finished(event: StageFinished) -> list[str]:
    took = format_seconds(event.seconds)
    return [f"✓ {event.stage:<{_STAGE_CHARS}} {event.text:<{_TEXT_CHARS}} {took:>8}"]


def _skipped(event: StageSkipped) -> list[str]:
    return [f"- {event.stage:<{_STAGE_CHARS}} {event.why}"]


def _changed(event: Changed) -> list[str]:
    names = _names(event.paths, event.total)
    why = f": {event.why}" if event.why else ""
    return [f"{time.strftime('%H:%M:%S')}  {names} changed{why}"]


def _files_synced(event: FilesSynced) -> list[str]:
    files = f"{event.files} file{'' if event.files == 1 else 's'}"
    done = f"synced {files}, {event.action}" if event.pods else "goes into pods when they start"
    names = f"{_names(event.paths, event.total):<{_NAME_CHARS}}"
    parts = [
        f"{name} {_in_ms(seconds)}"
        for name, seconds in (
            ("decided", event.decided_s),
            ("moved", event.moved_s),
            ("built", event.built_s),
            ("restarted", event.restarted_s),
            ("answering", event.answering_s),
        )
        if seconds >= _WORTH_TELLING_S
    ]
    served = f"  served in {_in_ms(event.seconds)}" if event.pods else ""
    told = f" ({', '.join(parts)})" if event.pods and parts else ""
    return [f"{time.strftime('%H:%M:%S')}  {names}  {done}{served}{told}"]


def _in_ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else format_seconds(seconds)


def _names(paths: tuple[str, ...], total: int) -> str:
    more = total - len(paths)
    return (", ".join(paths) + (f" and {more} more" if more else "")) or "the folder"


def _served(event: Served) -> list[str]:
    return [f"{time.strftime('%H:%M:%S')}  served in {format_seconds(event.seconds)}"]


def _forwarding(event: Forwarding) -> list[str]:
    moved = f"  (port {event.moved_from} is taken)" if event.moved_from else ""
    return [f"→ {event.url}{moved}"]


def _log_line(event: LogLine) -> list[str]:
    return [f"{event.pod}  {event.text}"]


def _stopped(event: Stopped) -> list[str]:
    return [event.text, *([f"{_INDENT}→ {event.remedy}"] if event.remedy else [])]


def _warned(event: Warned) -> list[str]:
    return [f"! {event.text}", *([f"{_INDENT}→ {event.remedy}"] if event.remedy else [])]


def _call_made(event: CallMade) -> list[str]:
    return [f"  · {event.tool} {event.action}  {format_seconds(event.seconds)}"]


_RENDERERS: dict[type[Event], Callable[[Any], list[str]]] = {
    Target: _target,
    StageStarted: lambda _: [],
    BuildLine: lambda event: [f"  │ {event.text}"],
    StageProgress: lambda event: [f"  {event.stage:<{_STAGE_CHARS}} {event.text}"],
    StageFinished: _finished,
    StageSkipped: _skipped,
    Failed: render_failure,
    Changed: _changed,
    FilesSynced: _files_synced,
    Watching: lambda event: [f"watching {event.folders} folders; Ctrl-C ends it"],
    Served: _served,
    Forwarding: _forwarding,
    LogLine: _log_line,
    Notice: lambda event: [event.text],
    Warned: _warned,
    CallMade: _call_made,
    Stopped: _stopped,
    Result: lambda event: event.text.rstrip("\n").split("\n") if event.text else [],
}

"""The JSON bodies of the agent's protocol (agent/PROTOCOL.md) as records."""

from typing import Any

from draftpy.sync.link import (
    AgentEvent,
    AgentFacts,
    AppExit,
    ListeningSocket,
    SyncAnswer,
    SyncOrder,
    SyncRefused,
)
from draftpy.sync.trees import FileState


def parse_refusal(body: dict[str, Any]) -> SyncRefused:
    """An error frame."""
    return SyncRefused(
        str(body.get("message", "")),
        code=str(body.get("code", "")),
        path=str(body.get("path", "")),
        exit_code=int(body.get("exit", 0)),
    )


def render_order(order: SyncOrder) -> dict[str, Any]:
    """The body of a sync frame."""
    return {
        "delete": list(order.deletes),
        "build": list(order.build) or None,
        "restart": str(order.restart),
        "signal": order.signal,
        "grace_ms": round(order.grace_s * 1000),
        "force": order.force,
    }


def parse_answer(body: dict[str, Any]) -> SyncAnswer:
    """The result of a sync."""
    took = body.get("ms", {})
    return SyncAnswer(
        written=int(body.get("written", 0)),
        deleted=int(body.get("deleted", 0)),
        start=int(body.get("start", 0)),
        is_unchanged=bool(body.get("unchanged", False)),
        write_s=float(took.get("write", 0)) / 1000,
        build_s=float(took.get("build", 0)) / 1000,
        restart_s=float(took.get("restart", 0)) / 1000,
    )


def parse_facts(body: dict[str, Any]) -> AgentFacts:
    """The agent's hello."""
    app = body.get("app") or {}
    last = app.get("last_exit")
    return AgentFacts(
        version=str(body.get("version", "")),
        uid=int(body.get("uid", -1)),
        roots=tuple(body.get("roots") or ()),
        unwritable={root: why for root, why in (body.get("writable") or {}).items() if why},
        start=int(app.get("start", 0)),
        is_running=app.get("state") == "running",
        last_exit=parse_exit(last) if last else None,
    )


def parse_exit(body: dict[str, Any]) -> AppExit:
    """How the app ended."""
    return AppExit(
        code=int(body.get("code", 0)),
        signal=str(body.get("signal", "")),
        is_oom=bool(body.get("oom", False)),
        ran_s=float(body.get("ran_ms", 0)) / 1000,
    )


def parse_event(body: dict[str, Any]) -> AgentEvent | None:
    """What the agent told unasked; None for what is of no interest here."""
    start = int(body.get("start", 0))
    match body.get("event"):
        case "started":
            return AgentEvent(start=start)
        case "exited":
            is_expected = bool(body.get("expected", False))
            return AgentEvent(start=start, exit=parse_exit(body), is_expected=is_expected)
        case "listening":
            sockets = tuple(parse_socket(each) for each in body.get("listening") or ())
            return AgentEvent(start=start, listening=sockets)
        case _:
            return None


def parse_socket(body: dict[str, Any]) -> ListeningSocket:
    """One listening socket."""
    return ListeningSocket(
        address=str(body.get("address", "")),
        port=int(body.get("port", 0)),
        process=str(body.get("process", "")),
    )


def parse_state(body: dict[str, Any]) -> FileState:
    """One listed file."""
    if "link" in body:
        return FileState(sha256="", link_to=str(body["link"]))
    mode = int(body.get("mode", 0))
    return FileState(sha256=str(body["sha256"]), is_executable=bool(mode & 0o100))

"""doctor: each tool and permission, found or missing, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass

from draftpy.errors import DraftError, ExitCode
from draftpy.events import Reporter, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that draftpy needs: `look` says what was found, or raises with the remedy.

    `needed` False means that draftpy works without it.
    """

    name: str
    look: Callable[[], str]
    needed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How a check came out."""

    name: str
    ok: bool
    needed: bool
    found: str
    remedy: str = ""
    exit_code: int = 0


def doctor(checks: tuple[Check, ...], reporter: Reporter) -> int:
    """Look at everything, tell it all; the exit code of the first needed thing that is missing."""
    outcomes = [_look(check) for check in checks]
    text = "\n".join(line for outcome in outcomes for line in _lines(outcome))
    body = {
        "checks": [
            {
                "name": o.name,
                "ok": o.ok,
                "needed": o.needed,
                "found": o.found,
                "remedy": o.remedy,
            }
            for o in outcomes
        ]
    }
    reporter.report(Result(text=text, body=body))
    missing = [outcome.exit_code for outcome in outcomes if not outcome.ok and outcome.needed]
    return missing[0] if missing else int(ExitCode.DONE)


def _look(check: Check) -> Checked:
    try:
        return Checked(name=check.name, ok=True, needed=check.needed, found=check.look())
    except DraftError as error:
        return Checked(
            name=check.name,
            ok=False,
            needed=check.needed,
            found=error.what,
            remedy=error.remedy,
            exit_code=int(error.exit_code),
        )


def _lines(outcome: Checked) -> list[str]:
    mark = "✓" if outcome.ok else "✗" if outcome.needed else "-"
    remedy = [f"{'':18}→ {line}" for line in outcome.remedy.splitlines()]
    return [f"{mark} {outcome.name:<15} {outcome.found}", *remedy]

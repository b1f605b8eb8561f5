"""What Git says of a folder."""

from pathlib import Path

from draftpy.adapters.process import Command, Processes, ProgramMissing


def find_commit(processes: Processes, root: Path) -> str:
    """The commit that is checked out; "" without Git, repository or commit."""
    command = Command(argv=("git", "-C", str(root), "rev-parse", "HEAD"), action="rev-parse")
    try:
        finished = processes.run(command)
    except ProgramMissing:
        return ""
    return finished.lines[0].strip() if finished.code == 0 and finished.lines else ""

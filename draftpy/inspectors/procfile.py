"""Procfile → its process types."""

import re
from dataclasses import dataclass

from draftpy.inspectors.commands import StartCommand, parse_command
from draftpy.inspectors.facts import Evidence, Fact, Findings, Problem
from draftpy.source import SourceTree

FILE = "Procfile"
_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One line of a Procfile."""

    name: str
    command: StartCommand
    evidence: Evidence

    @property
    def names(self) -> frozenset[str]:
        """The file names of its words, among which is that of the program it starts."""
        words = [word for arg in self.command.args for word in arg.split()]
        return frozenset(word.rpartition("/")[2] for word in words)

    def arguments_of(self, program: str) -> tuple[str, ...] | None:
        """What follows the program's name, if that is what it starts without a shell."""
        if self.command.program.rpartition("/")[2] != program:
            return None
        return self.command.args[1:]


def read_processes(tree: SourceTree) -> tuple[Process, ...]:
    """The processes of the Procfile, in its order."""
    return _parse(tree.find_text(FILE) or "")[0]


def find_start(tree: SourceTree) -> Process | None:
    """The process that a cluster should run: web, else worker, else the first; never release."""
    processes = [p for p in read_processes(tree) if p.name != "release"]
    named = {process.name: process for process in processes}
    return named.get("web") or named.get("worker") or next(iter(processes), None)


def inspect(tree: SourceTree) -> Findings:
    """Facts `procfile.<process>`: the command of each process."""
    processes, problems = _parse(tree.find_text(FILE) or "")
    facts = tuple(
        Fact(key=f"procfile.{p.name}", value=p.command.args, evidence=p.evidence) for p in processes
    )
    return Findings(facts=facts, problems=problems)


def _parse(text: str) -> tuple[tuple[Process, ...], tuple[Problem, ...]]:
    processes, problems = [], []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        command = parse_command(match[2]) if match else None
        if match is None or command is None:
            what = f"{line!r} is not a process: name: command"
            problems.append(Problem(file=FILE, line=number, what=what, remedy="mend the line"))
            continue
        where = Evidence(file=FILE, line=number, text=line)
        processes.append(Process(name=match[1], command=command, evidence=where))
    return tuple(processes), tuple(problems)

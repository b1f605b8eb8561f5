"""COBOL programs → facts."""

import re
from collections.abc import Iterator

from draftpy.inspectors.facts import AppKind, Evidence, Fact, Findings
from draftpy.source import SourceTree

_ENDINGS = (".cbl", ".cob", ".cobol")
_STEMS = ("main", "index", "app", "start", "run")


def inspect(tree: SourceTree) -> Findings:
    """Facts `cobol.*`; empty without a program in the root or in src/."""
    programs = [path for path in tree.files if path.lower().endswith(_ENDINGS)]
    main = _find_main(programs)
    if not main:
        return Findings()
    text = tree.find_text(main) or ""
    where = Evidence(file=main, means="is compiled")
    facts = [
        Fact(key="cobol.start", value=("/app/program",), evidence=where),
        Fact(key="cobol.main", value=main),
        Fact(key="cobol.others", value=tuple(_called(tree, programs, main))),
        Fact(key="cobol.is_free", value=_is_free(text)),
        Fact(key="cobol.kind", value=str(AppKind.JOB)),
    ]
    return Findings(facts=tuple(facts))


def _find_main(programs: list[str]) -> str:
    near = [path for path in programs if path.rpartition("/")[0] + "/" in ("/", "src/")]

    def rank(path: str) -> tuple[int, int, str]:
        stem = path.rpartition("/")[2].rpartition(".")[0].lower()
        return (
            _STEMS.index(stem) if stem in _STEMS else len(_STEMS),
            path.count("/"),
            path,
        )

    return min(near, key=rank, default="")


def _called(tree: SourceTree, programs: list[str], main: str) -> Iterator[str]:
    """Programs of this project that the main one calls, compiled with it."""
    text = tree.find_text(main) or ""
    names = {name.lower() for name in re.findall(r"\bCALL\s+[\"']([\w-]+)[\"']", text, re.I)}
    for path in programs:
        stem = path.rpartition("/")[2].rpartition(".")[0].lower()
        if path != main and stem in names:
            yield path


def _is_free(text: str) -> bool:
    """Whether lines begin where they like, and not in the eighth column."""
    if re.search(r">>\s*SOURCE\s+(?:FORMAT\s+(?:IS\s+)?)?FREE", text, re.IGNORECASE):
        return False  # It says so itself.
    division = re.search(r"^( *)IDENTIFICATION\s+DIVISION", text, re.IGNORECASE | re.MULTILINE)
    return division is not None and len(division[1]) < 7

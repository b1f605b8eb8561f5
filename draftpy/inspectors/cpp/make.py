"""Builds of C and C++ without CMake: Meson, Make, and sources alone."""

import re
from posixpath import dirname, join, splitext

from draftpy.inspectors.code_files import HASH_LIKE, CodeFile, strip_comments
from draftpy.inspectors.cpp.build import ASIDE, NativeBuild, NativeProgram, rank
from draftpy.inspectors.facts import Evidence
from draftpy.source import SourceTree

MESON = "meson.build"
MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
MAIN = re.compile(r"^\s*(?:int|auto|void)\s+main\s*\(", re.MULTILINE)
_EXECUTABLE = re.compile(r"\bexecutable\s*\(\s*(?:'([^']+)'|(meson\.project_name\(\)|\w+))")
_DEPENDENCY = re.compile(r"\bdependency\s*\(\s*'([^']+)'")
_LIBRARY = re.compile(r"\bfind_library\s*\(\s*'([^']+)'")
_PROJECT = re.compile(r"\bproject\s*\(\s*'([^']+)'")
_ASSIGNMENT = re.compile(r"^([\w.\-]+)\s*[:?+]?=\s*(.*)$")
_RULE = re.compile(r"^([^\t#=:][^=:]*?)\s*::?(?!=)\s*([^=]*)$")
_REFERENCE = re.compile(r"\$[({]([\w.\-]+)[)}]")
_OUTPUT = re.compile(r"-o\s+(\S+)")


def read_meson(tree: SourceTree) -> NativeBuild | None:
    """The root's meson.build and those below it."""
    text = tree.find_text(MESON)
    if text is None:
        return None
    named = _PROJECT.search(text)
    project = named[1] if named else ""
    programs: list[NativeProgram] = []
    wants: list[str] = []
    for path in tree.match(f"**/{MESON}"):
        code = strip_comments(tree.find_text(path) or "", HASH_LIKE)
        wants += [m[1] for m in _DEPENDENCY.finditer(code)]
        wants += [f"-l{m[1]}" for m in _LIBRARY.finditer(code)]
        variables = dict(re.findall(r"^(\w+)\s*=\s*'([^']+)'", code, re.MULTILINE))
        for match in _EXECUTABLE.finditer(code):
            name = match[1] or (
                project if "project_name" in match[2] else variables.get(match[2], "")
            )
            where = CodeFile(path=path, code=code).evidence(match)
            folder = join("build", dirname(path)) if dirname(path) else "build"
            if name:
                programs.append(NativeProgram(name=name, path=f"{folder}/{name}", evidence=where))
    return NativeBuild(
        tool="meson",
        manifest=MESON,
        programs=rank(programs, project),
        wants=tuple(dict.fromkeys(wants)),
        fetches=any(tree.match("subprojects/*.wrap")),
        name=project,
    )


def read_make(tree: SourceTree) -> NativeBuild | None:
    """What the root's Makefile links when it is called without a target."""
    name = next((each for each in MAKEFILES if tree.has(each)), "")
    if not name:
        return None
    text = (tree.find_text(name) or "").replace("\\\n", " ")
    variables, rules = _read_makefile(text)
    goals = _goals(rules)
    programs: list[NativeProgram] = []
    for target, _, recipe, line in rules:
        outputs = [m[1] for row in recipe for m in _OUTPUT.finditer(row)]
        outputs += (
            [target]
            if any(re.search(r"\$[({](?:CC|CXX)[)}]|gcc|g\+\+|clang", r) for r in recipe)
            else []
        )
        for output in outputs:
            product = target if output in ("$@", "$(@)") else output
            if _is_program(product) and (target in goals or product in goals):
                where = Evidence(file=name, line=line, text=f"{target}:")
                base = product.rpartition("/")[2]
                programs.append(NativeProgram(name=base, path=product, evidence=where))
    unique = list({p.path: p for p in reversed(programs)}.values())[::-1]
    words = " ".join([*variables.values(), *(row for rule in rules for row in rule[2])])
    wants = re.findall(r"(?:^|\s)-l[\w+.\-]+", words)
    return NativeBuild(
        tool="make",
        manifest=name,
        programs=rank(unique, ""),
        wants=tuple(dict.fromkeys(w.strip() for w in wants)),
    )


def read_sources(files: list[CodeFile]) -> NativeBuild | None:
    """Sources at the root, one of them with a main function."""
    mains = [f for f in files if "/" not in f.path and MAIN.search(f.code)]
    if len(mains) != 1:
        return None
    match = MAIN.search(mains[0].code)
    where = mains[0].evidence(match) if match else Evidence(file=mains[0].path)
    name = splitext(mains[0].path)[0]
    program = NativeProgram(name=name, path="", evidence=where)
    return NativeBuild(tool="compiler", manifest="", programs=(program,))


def _read_makefile(
    text: str,
) -> tuple[dict[str, str], list[tuple[str, list[str], list[str], int]]]:
    """Variables, and rules as target, prerequisites, recipe, line."""
    variables: dict[str, str] = {}
    rules: list[tuple[str, list[str], list[str], int]] = []
    current: list[list[str]] = []

    def expand(words: str) -> str:
        for _ in range(5):
            words = _REFERENCE.sub(lambda m: variables.get(m[1], m[0]), words)
        return words

    for number, raw in enumerate(text.splitlines(), start=1):
        if raw.startswith("\t"):
            for recipe in current:
                recipe.append(expand(raw.strip()))
            continue
        line = raw.partition("#")[0].rstrip()
        assignment = _ASSIGNMENT.match(line)
        rule = _RULE.match(line) if not assignment else None
        if assignment:
            variables[assignment[1]] = assignment[2].strip()
        elif rule:
            targets = expand(rule[1]).split()
            needs, _, inline = expand(rule[2]).partition(";")
            current = []
            for target in targets:
                recipe = [inline.strip()] if inline else []
                current.append(recipe)
                rules.append((target, needs.split(), recipe, number))
    return variables, rules


def _goals(rules: list[tuple[str, list[str], list[str], int]]) -> set[str]:
    """What is made when nothing is asked for."""
    first = next((t for t, *_ in rules if not t.startswith(".") and "%" not in t), "")
    found, pending = {first}, [first]
    while pending:
        name = pending.pop()
        for target, needs, _, _ in rules:
            new = [n for n in needs if target == name and n not in found and n not in (".PHONY",)]
            found.update(new)
            pending += new
    return found


def _is_program(product: str) -> bool:
    is_plain = not re.search(r"[$%*]", product)
    return (
        is_plain
        and not product.endswith((".o", ".a", ".so", ".d", ".obj", ".pcm"))
        and not ASIDE.search(product)
    )

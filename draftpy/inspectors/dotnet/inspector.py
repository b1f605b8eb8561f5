""".NET solutions, projects and single-file programs → facts."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname, splitext

from draftpy.inspectors.code_files import CodeFile, read_code
from draftpy.inspectors.dotnet.projects import (
    LANGUAGES,
    PROJECTS,
    SOLUTIONS,
    DotnetProject,
    DotnetProjects,
    load_projects,
)
from draftpy.inspectors.dotnet.web import DIALECT, health_facts, port_facts
from draftpy.inspectors.facts import (
    AppKind,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.listening import serves
from draftpy.inspectors.versions import DOTNET
from draftpy.source import SourceTree

_LIKELY = ("web", "api", "server", "app", "host", "service", "backend", "site", "mvc", "main")
_ASIDE = re.compile(
    r"(?:^|[./])(?:tests?|benchmarks?|samples?|examples?|apphost|tools?|cli)$", re.I
)
_PERMISSIVE = ("feature", "minor", "major", "latestfeature", "latestminor", "latestmajor")
_PACKED = ("PublishSingleFile", "PublishAot", "PublishTrimmed", "SelfContained")
_SINGLE_SDK = re.compile(r"^#:sdk\s+([\w.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Build:
    """How the app is published: the target of the command, its options, the assembly's name."""

    target: str
    name: str
    is_web: bool
    version: str
    options: tuple[str, ...] = ()
    needs_node: bool = False


def inspect(tree: SourceTree) -> Findings:
    """Facts `dotnet.*`; empty without a solution, a project or a lone program at the root."""
    root = [path for path in tree.files if "/" not in path]
    if not any(path.endswith((*SOLUTIONS, *PROJECTS)) for path in root):
        return _inspect_single(tree, root)
    projects = load_projects(tree)
    ranked = _rank(projects)
    manifest = next((p for p in root if p.endswith(SOLUTIONS)), "") or next(
        (p for p in root if p.endswith(PROJECTS)), ""
    )
    facts = [Fact(key="dotnet.manifest", value=manifest, evidence=Evidence(file=manifest))]
    problems = [*projects.problems]
    if ranked:
        facts += _project_facts(tree, projects, ranked[0])
        problems += _problems(ranked)
    else:
        problems += _why_nothing(projects, manifest)
    return Findings(facts=tuple(facts), problems=tuple(problems))


def _rank(projects: DotnetProjects) -> list[DotnetProject]:
    """The projects that can be started on Linux, the likeliest first."""
    found = [
        p
        for p in projects.projects
        if p.is_program
        and p.frameworks
        and not p.is_test
        and "Aspire.AppHost" not in p.sdk
        and not p.flag("IsAspireHost")
    ]

    def order(project: DotnetProject) -> tuple[object, ...]:
        words = re.split(r"[._-]", splitext(basename(project.path))[0].lower())
        return (
            not project.is_web,
            bool(_ASIDE.search(dirname(project.path)) or _ASIDE.search(splitext(project.path)[0])),
            min((_LIKELY.index(w) for w in words if w in _LIKELY), default=len(_LIKELY)),
            project.path.count("/"),
            project.path,
        )

    return sorted(found, key=order)


def _project_facts(
    tree: SourceTree, projects: DotnetProjects, project: DotnetProject
) -> Iterator[Fact]:
    closure = projects.closure(project)
    language = LANGUAGES[splitext(project.path)[1]]
    version = f"{project.frameworks[-1][0]}.{project.frameworks[-1][1]}"
    means = f"is published, in {language}"
    where = project.evidence(f'Sdk="{project.sdk}"', means)
    yield Fact(key="dotnet.project", value=project.path, evidence=where)
    yield Fact(key="dotnet.language", value=language)
    folders = tuple(f"{dirname(p.path)}/" if dirname(p.path) else "" for p in closure)
    files = read_code(tree, (".cs", ".fs", ".vb"), is_wanted=lambda path: path.startswith(folders))
    is_aspnet = any(p.is_web or "Microsoft.AspNetCore.App" in p.shared_frameworks for p in closure)
    build = _Build(
        target=project.path,
        name=project.name,
        is_web=is_aspnet,
        version=version,
        options=tuple(_options(project)),
        needs_node=any(p.flag("SpaRoot") or "SpaRoot" in p.properties for p in closure)
        or any(r.endswith(".esproj") for p in closure for r in p.references),
    )
    framework = project.evidence("TargetFramework")
    yield Fact(key="dotnet.version", value=version, evidence=framework)
    yield from _build_facts(tree, build)
    yield from _kind_facts(tree, build, dirname(project.path), files)


def _kind_facts(
    tree: SourceTree, build: _Build, folder: str, files: list[CodeFile]
) -> Iterator[Fact]:
    if build.is_web:
        yield Fact(key="dotnet.framework", value="aspnetcore")
        yield Fact(key="dotnet.framework_title", value="ASP.NET Core")
    listens = build.is_web or serves(files, DIALECT) is not None
    yield Fact(key="dotnet.kind", value=str(AppKind.WEB if listens else AppKind.WORKER))
    if listens:
        yield from port_facts(tree, folder, files, build.version if build.is_web else "")
        yield from health_facts(files)


def _options(project: DotnetProject) -> Iterator[str]:
    """What makes publishing leave one assembly for the shared runtime."""
    if project.is_multi_target:
        major, minor = project.frameworks[-1]
        yield from ("--framework", f"net{major}.{minor}")
    for name in _PACKED:
        if project.flag(name):
            yield f"-p:{name}=false"
    if project.properties.get("RuntimeIdentifier"):
        yield "--no-self-contained"


def _build_facts(tree: SourceTree, build: _Build) -> Iterator[Fact]:
    sdk, where = _find_sdk(tree, build.version)
    facts: dict[str, FactValue] = {
        "build": ("dotnet", "publish", build.target, "--configuration", "Release",
                  "--output", "/out", "-p:UseAppHost=false", *build.options),
        "sdk": sdk,
        "runtime": "aspnet" if build.is_web else "runtime",
        "assembly": f"{build.name}.dll",
        "needs_node": build.needs_node,
    }  # fmt: skip
    for name, value in facts.items():
        yield Fact(key=f"dotnet.{name}", value=value, evidence=where if name == "sdk" else None)


def _find_sdk(tree: SourceTree, version: str) -> tuple[str, Evidence | None]:
    """The SDK's image tag: the very one of global.json unless that allows a newer one."""
    text = tree.find_text("global.json")
    if text is None:
        return version, None
    try:
        sdk = json.loads(re.sub(r"^\s*//[^\n]*", "", text, flags=re.MULTILINE)).get("sdk", {})
        asked, policy = str(sdk.get("version", "")), str(sdk.get("rollForward", "")).lower()
    except (ValueError, AttributeError):
        return version, None
    line = next((n for n, row in enumerate(text.splitlines(), 1) if '"version"' in row), 0)
    where = Evidence(file="global.json", line=line, text=f'"version": "{asked}"')
    if not re.fullmatch(r"\d+\.\d+\.\d+", asked):
        return version, None
    if policy not in _PERMISSIVE:
        return asked, where
    return max(version, ".".join(asked.split(".")[:2]), key=_numbers), where


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def _inspect_single(tree: SourceTree, root: list[str]) -> Findings:
    """One .cs file with statements of its own: .NET 10 builds it without a project."""
    sources = [path for path in root if path.endswith(".cs")]
    if len(sources) != 1:
        return Findings()
    path = sources[0]
    text = tree.find_text(path) or ""
    sdk = _SINGLE_SDK.search(text)
    is_web = bool(sdk and sdk[1] == "Microsoft.NET.Sdk.Web")
    where = Evidence(file=path, text=sdk[0] if sdk else "", means="is published without a project")
    build = _Build(
        target=path,
        name=splitext(path)[0],
        is_web=is_web,
        version=DOTNET.default,
        options=("-p:PublishAot=false",),
    )
    files = read_code(tree, (".cs",), is_wanted=lambda each: each == path)
    facts = (
        Fact(key="dotnet.script", value=path, evidence=where),
        Fact(key="dotnet.version", value=DOTNET.default),
        *_build_facts(tree, build),
        *_kind_facts(tree, build, "", files),
    )
    return Findings(facts=facts)


def _problems(ranked: list[DotnetProject]) -> Iterator[Problem]:
    if len(ranked) > 1:
        what = f"is the project that is published; others: {', '.join(p.path for p in ranked[1:])}"
        remedy = "change the dotnet publish line of the Dockerfile for another"
        yield Problem(file=ranked[0].path, what=what, remedy=remedy, is_note=True)


def _why_nothing(projects: DotnetProjects, manifest: str) -> Iterator[Problem]:
    bound = next((p for p in projects.projects if p.is_program and not p.frameworks), None)
    if bound:
        wanted = bound.properties.get("TargetFramework") or bound.properties.get("TargetFrameworks")
        what = f"is for {wanted or 'the .NET Framework'}, which does not run on a Linux server"
        yield Problem(file=bound.path, what=what)
    elif projects.projects:
        yield Problem(file=manifest, what="builds libraries: it has no program", is_note=True)

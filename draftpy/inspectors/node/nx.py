"""An Nx workspace whose projects have project.json only → what runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from posixpath import basename, join, normpath
from typing import Any

from draftpy.inspectors.facts import AppKind, Evidence
from draftpy.inspectors.node.frameworks import find_rendering, find_server
from draftpy.inspectors.node.json5 import find_mapping, get_at
from draftpy.inspectors.node.package import Package
from draftpy.inspectors.node.run import Run
from draftpy.inspectors.node.serving import Serving
from draftpy.inspectors.node.shapes import read_scripts
from draftpy.inspectors.node.ssr import find_output
from draftpy.inspectors.node.workspaces import Member, is_aside, likeliness

_PROJECT = "project.json"
_PAGES = ("index.html", "src/index.html", "public/index.html")
_ENTRIES = ("src/main.ts", "src/main.js", "main.ts", "src/index.ts")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Project:
    folder: str
    doc: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.doc.get("name") or basename(self.folder))

    @property
    def target(self) -> Any:
        return get_at(self.doc, "targets", "build") or get_at(self.doc, "architect", "build")


def find_nx_run(package: Package) -> Run | None:
    """The likeliest application: a server first."""
    found = [(p, run) for p in _projects(package) if (run := _run(package, p))]
    if not found:
        return None
    default = package.mapping("nx.json").get("defaultProject")

    def order(item: tuple[_Project, Run]) -> tuple[object, ...]:
        member = Member(folder=item[0].folder, manifest=package.manifest)
        is_site = item[1].kind is AppKind.STATIC
        return (item[0].name != default, is_site, *likeliness(member))

    return min(found, key=order)[1]


def _projects(package: Package) -> Iterator[_Project]:
    for file in package.tree.files:
        folder = file.removesuffix(f"/{_PROJECT}")
        if folder == file or is_aside(Member(folder=folder, manifest=package.manifest)):
            continue
        project = _Project(folder=folder, doc=find_mapping(package.tree.find_text(file)))
        if project.doc.get("projectType") != "library":
            yield project


def _run(package: Package, project: _Project) -> Run | None:
    serving = _serving(package, project)
    if serving is None:
        return None
    where = Evidence(file=f"{project.folder}/{_PROJECT}", text=project.name)
    entries = [f"{project.folder}/{name}" for name in _ENTRIES]
    present = [file for file in entries if package.tree.has(file)]
    framework = find_rendering(package.manifest) if serving.site else find_server(package.manifest)
    # The root's own scripts build everything, or something else.
    root = replace(package, manifest=replace(package.manifest, scripts={}), script=None)
    return Run(
        package=root,
        kind=AppKind.STATIC if serving.site else AppKind.WEB,
        serving=serving,
        evidence=where,
        framework=framework,
        shapes=() if serving.site else read_scripts(package.tree, present, limit=len(present)),
    )


def _serving(package: Package, project: _Project) -> Serving | None:
    build = f"nx build {project.name}"
    output = _output(package, project)
    executor = str(get_at(project.target, "executor") or get_at(project.target, "builder") or "")
    inner = replace(package, tree=package.tree.below(project.folder))
    if inner.config("next.config").path:
        built = output if executor == "@nx/next:build" else project.folder
        env = ("HOSTNAME=0.0.0.0",)
        return Serving(start=("next", "start", built), build=build, env=env, keeps_dev=True)
    if any(inner.tree.has(page) for page in _PAGES):
        site = f"{output}/browser" if executor.endswith(":application") else output
        return Serving(site=site, fallback="index.html", build=build)
    if any(inner.tree.has(entry) for entry in _ENTRIES):
        return Serving(start=("node", f"{output}/main.js"), build=build)
    return None


def _output(package: Package, project: _Project) -> str:
    given = get_at(project.target, "options", "outputPath")
    told = given if isinstance(given, str) else get_at(given, "base")
    if isinstance(told, str):
        path = told.replace("{projectRoot}", project.folder).replace("{workspaceRoot}/", "")
        return normpath(path)
    inner = replace(package, tree=package.tree.below(project.folder))
    bundled = find_output(inner.config("vite.config"), "build", "outDir")
    bundled = bundled or find_output(inner.config("webpack.config"), "output", "path")
    if bundled:
        return normpath(join(project.folder, bundled))
    return f"dist/{project.folder}"

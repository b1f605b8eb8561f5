"""Leiningen and deps.edn projects → facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from draftpy.inspectors.code_files import LISP_LIKE, CodeFile, read_code
from draftpy.inspectors.facts import AppKind, Evidence, Fact, FactValue, Findings, Problem
from draftpy.inspectors.jvm.edn import EdnBroken, Pairs, Symbol, name_of, parse_edn
from draftpy.inspectors.jvm.frameworks import DIALECT
from draftpy.inspectors.jvm.version import find_jdk
from draftpy.inspectors.listening import find_listening, serves
from draftpy.inspectors.read_paths import find_read_paths
from draftpy.source import SourceTree

LEIN = "project.clj"
DEPS = "deps.edn"
_NS = re.compile(r"\(ns\s+(?:\^\S+\s+)*([\w.\-]+)")
_MAIN = re.compile(r"\(defn\s+(?:\^\S+\s+)*-main\b")
_SERVERS = (
    ("ring/ring-jetty-adapter", "Ring"),
    ("ring/ring-core", "Ring"),
    ("ring", "Ring"),
    ("io.pedestal/pedestal.service", "Pedestal"),
    ("io.pedestal/pedestal.jetty", "Pedestal"),
    ("http-kit", "http-kit"),
    ("http-kit/http-kit", "http-kit"),
    ("aleph", "Aleph"),
    ("aleph/aleph", "Aleph"),
    ("metosin/reitit", "Reitit"),
    ("compojure", "Compojure"),
    ("compojure/compojure", "Compojure"),
    ("luminus-http-kit", "Luminus"),
)
_RUN_ALIASES = (":run", ":run-m", ":main", ":start", ":serve", ":server", ":web", ":prod", ":run-x")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Project:
    """What a build file says: the tool, the commands, the main namespace, the packages."""

    tool: str
    manifest: str
    build: tuple[str, ...] = ()
    product: str = ""
    main: str = ""
    expression: str = ""
    packages: tuple[tuple[str, str], ...] = ()
    paths: tuple[str, ...] = ()


def inspect(tree: SourceTree) -> Findings:
    """Facts `clojure.*`; empty without project.clj or deps.edn."""
    manifest = next((name for name in (LEIN, DEPS) if tree.has(name)), "")
    if not manifest:
        return Findings()
    try:
        forms = parse_edn(tree.find_text(manifest) or "")
    except EdnBroken as error:
        problem = Problem(file=manifest, line=error.line, what=f"is broken: it {error}")
        return Findings(problems=(problem,))
    files = read_code(
        tree, (".clj", ".cljc"), LISP_LIKE, lambda p: not p.startswith(("test/", "dev/"))
    )
    files = [file for file in files if file.path not in (LEIN, "build.clj")]
    mains = tuple(_mains(files))
    project = _lein(forms, mains) if manifest == LEIN else _deps(tree, forms, mains)
    facts = [Fact(key="clojure.manifest", value=manifest, evidence=Evidence(file=manifest))]
    version, where = find_jdk(tree)
    facts.append(Fact(key="clojure.version", value=version, evidence=where))
    if project is None:
        what = "names no program: no :main, no namespace with a -main function"
        return Findings(facts=tuple(facts), problems=(Problem(file=manifest, what=what),))
    facts += _framework_facts(tree, project)
    facts += _program_facts(tree, project, files)
    return Findings(facts=tuple(facts))


def _mains(files: list[CodeFile]) -> Iterator[tuple[str, CodeFile]]:
    """Namespaces with a -main function, telling names first."""
    found = [f for f in files if _MAIN.search(f.code) and _NS.search(f.code)]
    likely = ("core", "main", "server", "app", "system")

    def order(file: CodeFile) -> tuple[bool, int, str]:
        stem = file.path.rpartition("/")[2].partition(".")[0]
        return stem not in likely, file.path.count("/"), file.path

    for file in sorted(found, key=order):
        match = _NS.search(file.code)
        if match:
            yield match[1], file


def _lein(forms: list[Any], mains: tuple[tuple[str, CodeFile], ...]) -> _Project | None:
    form = next(
        (f for f in forms if isinstance(f, tuple) and f and f[0] == Symbol("defproject")), ()
    )
    name, version = (name_of(form[1]), name_of(form[2])) if len(form) > 2 else ("", "")
    options = Pairs(tuple((name_of(k), v) for k, v in zip(form[3::2], form[4::2], strict=False)))
    packages = tuple(
        (name_of(each[0]), name_of(each[1]))
        for each in options.get(":dependencies") or ()
        if isinstance(each, tuple) and len(each) > 1
    )
    ring = options.get(":ring")
    uberjar = _profile(options, ":uberjar-name")
    target = (name_of(options.get(":target-path")) or "target").replace("%s", "uberjar").rstrip("/")
    jar = name_of(uberjar) or f"{name.rpartition('/')[2]}-{version}-standalone.jar"
    # With a target path of a profile the jar is one folder deeper.
    profile_target = name_of(_profile(options, ":target-path")).replace("%s", "uberjar")
    product = f"{profile_target.rstrip('/') or target}/{jar}"
    if isinstance(ring, Pairs) and ring.get(":handler"):
        return _Project(
            tool="lein",
            manifest=LEIN,
            build=("lein ring uberjar",),
            product=product,
            packages=packages,
        )
    main = name_of(options.get(":main") or _profile(options, ":main"))
    main = main.partition("/")[0] or (mains[0][0] if mains else "")
    if not main:
        return None
    return _Project(
        tool="lein",
        manifest=LEIN,
        build=("lein uberjar",),
        product=product,
        main=main,
        packages=packages,
    )


def _profile(options: Pairs, key: str) -> Any:
    profiles = options.get(":profiles")
    uberjar = profiles.get(":uberjar") if isinstance(profiles, Pairs) else None
    found = uberjar.get(key) if isinstance(uberjar, Pairs) else None
    return found if found is not None else options.get(key)


def _deps(
    tree: SourceTree, forms: list[Any], mains: tuple[tuple[str, CodeFile], ...]
) -> _Project | None:
    doc = forms[0] if forms and isinstance(forms[0], Pairs) else Pairs(())
    deps = doc.get(":deps")
    packages = tuple(
        (name, name_of(given.get(":mvn/version")) if isinstance(given, Pairs) else "")
        for name, given in (deps.items if isinstance(deps, Pairs) else ())
    )
    paths = tuple(name_of(p) for p in doc.get(":paths") or () if not name_of(p).startswith(":"))
    paths = tuple(p for p in paths or ("src",) if not p.startswith(("target", "classes")))
    alias, main, expression = _entry(doc)
    main = main or (mains[0][0] if mains and not expression else "")
    if not main and not expression:
        return None
    basis = f"-A{alias} " if alias else ""
    return _Project(
        tool="deps",
        manifest=DEPS,
        build=(
            f"clojure {basis}-P",
            "mkdir -p /out/lib",
            f"clojure {basis}-Spath | tr ':' '\\n' | grep '\\.jar$' |"
            " xargs cp --target-directory=/out/lib",
        ),
        main=main,
        expression=expression,
        packages=packages,
        paths=tuple(p for p in paths if any(f.startswith(f"{p}/") for f in tree.files)),
    )


def _entry(doc: Pairs) -> tuple[str, str, str]:
    """Alias, namespace and expression of the alias that starts the app."""
    aliases = doc.get(":aliases")
    known = dict(aliases.items) if isinstance(aliases, Pairs) else {}
    for name in _RUN_ALIASES:
        given = known.get(name)
        if not isinstance(given, Pairs):
            continue
        options = [name_of(o) for o in given.get(":main-opts") or ()]
        if "-m" in options[:-1]:
            return name, options[options.index("-m") + 1], ""
        function = name_of(given.get(":exec-fn"))
        if "/" in function:
            return name, "", f"((requiring-resolve '{function}) {{}})"
    return "", "", ""


def _framework_facts(tree: SourceTree, project: _Project) -> Iterator[Fact]:
    versions = dict(project.packages)
    found = next(((key, title) for key, title in _SERVERS if key in versions), None)
    if found is None:
        return
    key, title = found
    lines = enumerate((tree.find_text(project.manifest) or "").splitlines(), start=1)
    line = next(((n, text) for n, text in lines if key in text), (0, ""))
    where = Evidence(file=project.manifest, line=line[0], text=line[1].strip())
    yield Fact(key="clojure.framework", value=key, evidence=where)
    yield Fact(key="clojure.framework_title", value=title)
    version = re.match(r"\d+\.\d+", versions[key])
    if version:
        yield Fact(key="clojure.framework_version", value=version[0])


def _program_facts(tree: SourceTree, project: _Project, files: list[CodeFile]) -> Iterator[Fact]:
    start = ["java", "-cp", "/app/app.jar"]
    if project.tool == "deps":
        folders = ":".join(f"/app/{path}" for path in project.paths)
        start = ["java", "-cp", f"{folders}:/app/lib/*"]
    start += ["clojure.main"]
    start += ["-e", project.expression] if project.expression else ["-m", project.main]
    is_ring = project.build == ("lein ring uberjar",)
    command = ("java", "-jar", "/app/app.jar") if is_ring else tuple(start)
    own = next((f for f in files if (m := _NS.search(f.code)) and m[1] == project.main), None)
    match = _MAIN.search(own.code) if own else None
    where = own.evidence(match, f"starts {project.main}") if own and match else None
    yield Fact(key="clojure.start", value=command, evidence=where)
    listens = is_ring or serves(files, DIALECT) is not None
    yield Fact(key="clojure.kind", value=str(AppKind.WEB if listens else AppKind.WORKER))
    if is_ring:
        yield Fact(key="clojure.port", value=3000)
        yield Fact(key="clojure.port_variable", value="PORT")
    elif listens:
        yield from find_listening(files, DIALECT).facts("clojure")
    facts: dict[str, FactValue] = {
        "build_tool": project.tool,
        "build": project.build,
        "product": project.product,
        "paths": project.paths,
        "assets": tuple(p for p in find_read_paths(tree, files) if p not in project.paths),
    }
    for name, value in facts.items():
        yield Fact(key=f"clojure.{name}", value=value)

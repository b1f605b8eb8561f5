"""Frameworks that render on a server: what their build makes, and how that starts."""

import re

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.inspectors.node.js_tokens import tokenize
from draftpy.inspectors.node.json5 import get_at
from draftpy.inspectors.node.package import Config, Package, evidence_in
from draftpy.inspectors.node.serving import Serving

_NITRO_START = ("node", ".output/server/index.mjs")
# All that such a server needs is in its output, packages included.
_NITRO_OUTPUT = (".output ./.output",)
_HOSTED = ("vercel", "netlify", "cloudflare", "cloudflare-workers", "begin", "azure-swa")


def custom_server(package: Package) -> bool:
    """Whether the start script runs a server of the app's own."""
    command = package.command
    if command is None or command.program not in ("node", "bun", "tsx", "ts-node"):
        return False
    files = [word for word in command.args[1:] if re.search(r"[\w/]$", word) and word[0] != "-"]
    return bool(files) and package.is_there(files[-1])


def next_js(package: Package) -> Serving:
    """Next.js: an export, a standalone server, or `next start` on all of it."""
    config = package.config("next.config")
    output = config.text("output")
    dist = config.text("distDir")
    build_env = ("NEXT_TELEMETRY_DISABLED=1",)
    cache = f"{dist or '.next'}/cache"
    if output == "export":
        where = evidence_in(config, "output", "exports files")
        site = dist or "out"
        return Serving(site=site, build="next build", build_env=build_env, evidence=where)
    env = ("HOSTNAME=0.0.0.0", *build_env)
    if output == "standalone" and not dist and not custom_server(package):
        public = any(file.startswith("public/") for file in package.tree.files)
        return Serving(
            start=("node", "server.js"),
            build="next build",
            # The standalone server leaves these two to whoever copies it.
            artefacts=(
                ".next/standalone ./",
                ".next/static ./.next/static",
                *(("public ./public",) if public else ()),
            ),
            env=env,
            build_env=build_env,
            build_cache=cache,
            writable=(cache,),
            evidence=evidence_in(config, "output", "makes a server of its own"),
        )
    own = package.command.args if custom_server(package) and package.command else ()
    is_next = package.command and package.command.program == "next"
    started = package.command.args if is_next and package.command else ("next", "start")
    return Serving(
        start=own or started,
        build="next build",
        env=env,
        build_env=build_env,
        build_cache=cache,
        writable=(cache,),
        # A configuration in TypeScript is compiled at every start.
        keeps_dev=config.path.endswith("ts") and not package.manifest.has("typescript"),
        problems=() if own else (_large(config.path or "next.config.js"),),
    )


def nuxt(package: Package) -> Serving:
    """Nuxt: Nitro's output; Nuxt 2 starts itself."""
    config = package.config("nuxt.config")
    builds = package.manifest.scripts.get(package.builds, "")
    if re.match(r"[\^~>=v]*2\.", package.manifest.range_of("nuxt")):
        if config.text("target") == "static" or "generate" in builds.split():
            return Serving(site="dist", fallback="200.html", build="nuxt generate")
        return Serving(start=("nuxt", "start"), build="nuxt build", env=("HOST=0.0.0.0",))
    if "generate" in builds.split():
        fallback = "200.html" if config.says("false", "ssr") else ""
        return Serving(site=".output/public", fallback=fallback)
    return Serving(start=_NITRO_START, build="nuxt build", artefacts=_NITRO_OUTPUT)


def nitro(package: Package) -> Serving | None:
    """Whatever is built by Nitro: TanStack Start, SolidStart, Nitro itself."""
    command = package.command
    told = command is not None and any(".output" in word for word in command.args)
    has = package.manifest.knows(
        "nitro", "nitropack", "vinxi", "@tanstack/nitro-v2-vite-plugin", "nitro-nightly"
    )
    if told or has:
        return Serving(start=_NITRO_START, build="vite build", artefacts=_NITRO_OUTPUT)
    if command is not None:
        return Serving(start=command.args, build="vite build")
    if package.manifest.knows("srvx"):
        start = ("srvx", "--prod", "-s", "../client", "dist/server/server.js")
        return Serving(start=start, build="vite build", keeps_dev=True)
    return Serving(problems=(_no_server("TanStack Start", "add nitro to vite.config"),))


# Analog: Nitro in a folder of its own.
ANALOG = Serving(
    start=("node", "dist/analog/server/index.mjs"),
    build="vite build",
    artefacts=("dist/analog ./dist/analog",),
)


def react_router(package: Package) -> Serving | None:
    """React Router 7 and Remix: a server bundle, or files only with `ssr: false`."""
    config = package.config("react-router.config", "vite.config", "remix.config")
    is_remix = not package.manifest.knows("@react-router/dev")
    build = "remix vite:build" if is_remix else "react-router build"
    if config.says("false", "ssr"):
        where = evidence_in(config, "ssr", "renders in the browser only")
        return Serving(site="build/client", fallback="index.html", build=build, evidence=where)
    if package.command:
        return Serving(start=package.command.args, build=build)
    server = "remix-serve" if is_remix else "react-router-serve"
    package_name = "@remix-run/serve" if is_remix else "@react-router/serve"
    if package.manifest.has(package_name):
        return Serving(start=(server, "./build/server/index.js"), build=build)
    return Serving(problems=(_no_server("React Router", f"add {package_name}"),))


def svelte_kit(package: Package) -> Serving:
    """SvelteKit: its adapter decides."""
    config = package.config("svelte.config", "vite.config")
    used = config.imports
    if "@sveltejs/adapter-static" in used:
        where = Evidence(file=config.path, means="makes files only")
        site = config.text("pages") or "build"
        fallback = config.text("fallback")
        return Serving(site=site, fallback=fallback, build="vite build", evidence=where)
    folder = config.text("out") or "build"
    start = package.command.args if custom_server(package) and package.command else ()
    serving = Serving(start=start or ("node", folder), build="vite build")
    hosted = [name for name in _HOSTED if f"@sveltejs/adapter-{name}" in used]
    if hosted and "@sveltejs/adapter-node" not in used:
        return Serving(problems=(_hosted(config.path, hosted[0], "@sveltejs/adapter-node"),))
    if "@sveltejs/adapter-auto" in used and "@sveltejs/adapter-node" not in used:
        note = Problem(
            file=config.path,
            what="adapter-auto knows no cluster: the build has it take adapter-node",
            remedy="name @sveltejs/adapter-node there yourself",
            is_note=True,
        )
        # The variable of the one platform for which it takes adapter-node.
        env = ("GCP_BUILDPACKS=1",)
        return Serving(start=("node", "build"), build="vite build", build_env=env, problems=(note,))
    return serving


def astro(package: Package) -> Serving:
    """Astro: files, unless an adapter and a page rendered on demand make it a server."""
    config = package.config("astro.config")
    site = config.text("outDir").removeprefix("./").rstrip("/") or "dist"
    on_demand = config.text("output") in ("server", "hybrid") or _renders_on_demand(package)
    if not on_demand:
        base = config.text("base").rstrip("/")
        base = f"/{base.lstrip('/')}" if base else ""
        return Serving(site=site, base=base, build="astro build")
    where = evidence_in(config, "output", "renders on a server")
    if "@astrojs/node" not in config.imports:
        hosted = [name for name in _HOSTED if f"@astrojs/{name}" in config.imports]
        return Serving(problems=(_hosted(config.path, (*hosted, "no")[0], "@astrojs/node"),))
    if config.text("mode") == "middleware" and package.command:
        return Serving(start=package.command.args, build="astro build", evidence=where)
    start = ("node", f"{site}/server/entry.mjs")
    return Serving(start=start, build="astro build", env=("HOST=0.0.0.0",), evidence=where)


def _renders_on_demand(package: Package) -> bool:
    pages = [file for file in package.tree.files if file.startswith("src/pages/")]
    texts = (package.tree.find_text(file) or "" for file in pages[:200])
    wanted = ["prerender", "=", "false"]
    for text in texts:
        words = [token.text for token in tokenize(text)] if "prerender" in text else []
        if any(words[i : i + 3] == wanted for i in range(len(words))):
            return True
    return False


def nest(package: Package) -> Serving:
    """NestJS: what `nest build` makes of the entry file."""
    command = package.command
    if command and command.program == "node":
        return Serving(start=command.args, build="nest build")
    settings = package.mapping("nest-cli.json")
    project = settings.get("root") if settings.get("monorepo") else ""
    entry = str(get_at(settings, "entryFile") or "main")
    if project:
        start = ("node", f"dist/{project}/{entry}.js")
    else:
        source = str(settings.get("sourceRoot") or "src")
        start = ("node", package.compiled(f"{source}/{entry}.ts"))
    where = package.manifest.evidence_of("@nestjs/core", f"starts as {' '.join(start)}")
    return Serving(start=start, build="nest build", evidence=where)


def angular(package: Package) -> Serving | None:
    """Angular: what angular.json says about its application."""
    workspace = package.mapping("angular.json")
    projects = workspace.get("projects")
    found = projects.items() if isinstance(projects, dict) else ()
    apps = {n: p for n, p in found if get_at(p, "projectType") != "library"}
    wanted = str(workspace.get("defaultProject") or next(iter(apps), ""))
    target = get_at(apps.get(wanted), "architect", "build") or get_at(
        apps.get(wanted), "targets", "build"
    )
    options = get_at(target, "options")
    if not isinstance(options, dict):
        return None
    given = options.get("outputPath")
    base = str(get_at(given, "base") or f"dist/{wanted}") if not isinstance(given, str) else given
    is_application = str(get_at(target, "builder")).endswith(":application")
    where = Evidence(file="angular.json", text=wanted, means=f"builds {base}")
    build = "ng build"
    if is_application and (get_at(options, "ssr") or options.get("outputMode") == "server"):
        start = ("node", f"{base}/server/server.mjs")
        return Serving(start=start, build=build, evidence=where)
    browser = get_at(given, "browser")
    inside = "browser" if browser is None else str(browser)
    site = f"{base}/{inside}".rstrip("/") if is_application else base
    return Serving(site=site, fallback="index.html", build=build, evidence=where)


# AdonisJS: its build has the server one folder deeper.
ADONIS = Serving(
    start=("node", "build/bin/server.js"), build="node ace build", env=("HOST=0.0.0.0",)
)


# Strapi: its own command, and two folders that it writes to.
STRAPI = Serving(
    start=("strapi", "start"),
    build="strapi build",
    env=("HOST=0.0.0.0",),
    writable=(".tmp", "public/uploads"),
)


def _large(path: str) -> Problem:
    what = "has no output: 'standalone', so that the image holds every package, used or not"
    remedy = "set it, and the image is half as large"
    return Problem(file=path, what=what, remedy=remedy, is_note=True)


def _no_server(title: str, remedy: str) -> Problem:
    return Problem(file="package.json", what=f"{title} has no server here to start", remedy=remedy)


def _hosted(path: str, adapter: str, wanted: str) -> Problem:
    what = f"builds with the {adapter} adapter, whose output no container runs"
    return Problem(file=path, what=what, remedy=f"use {wanted} there")


def find_output(config: Config, *path: str) -> str:
    """A folder that a configuration names, without `./`."""
    return config.last_text(*path).removeprefix("./").rstrip("/")

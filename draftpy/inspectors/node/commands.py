"""The command that runs a Node package: its entry, the package that brings its program."""

import re
from dataclasses import replace
from itertools import pairwise
from posixpath import normpath

from draftpy.inspectors.commands import PORT_MARK, StartCommand
from draftpy.inspectors.node.json5 import get_at
from draftpy.inspectors.node.package import Package
from draftpy.inspectors.node.serving import Serving

# Program → the package that brings it, where the names differ.
_BRINGS = {
    "nest": "@nestjs/cli",
    "tsc": "typescript",
    "fastify": "fastify-cli",
    "remix-serve": "@remix-run/serve",
    "react-router-serve": "@react-router/serve",
    "strapi": "@strapi/strapi",
    "medusa": "@medusajs/cli",
    "keystone": "@keystone-6/core",
    "babel-node": "@babel/node",
    "nuxi": "nuxt",
    "esr": "esbuild-runner",
    "payload": "payload",
    "feathers": "@feathersjs/cli",
}
_RUNTIMES = ("node", "bun", "tsx", "ts-node", "deno")
_PM2_FILE = re.compile(r"(?:ecosystem|pm2|process)[\w.-]*\.(?:c?js|json)$")
_LOADERS = ("-r", "--require", "--import", "--loader", "--experimental-loader")


def entry_of(args: tuple[str, ...]) -> str:
    """The file that Node or its like is given, "" for another program."""
    if not args or args[0] not in _RUNTIMES:
        return ""
    index = 1
    while index < len(args):
        if args[index] in _LOADERS:
            index += 2
        elif args[index].startswith("-"):
            index += 1
        else:
            return normpath(args[index])
    return ""


def brought_by(program: str) -> str:
    """The package whose program this is."""
    return _BRINGS.get(program, program)


def is_known(package: Package, command: StartCommand) -> bool:
    """Whether the program is Node's, or brought by a package of the project."""
    program = command.program
    if program in _RUNTIMES or program in package.manifest.bins:
        return True
    if command.needs_shell:
        return any(brought in command.args[2].split() for brought in _RUNTIMES)
    return package.manifest.knows(brought_by(program))


def _by_pm2(package: Package, file: str) -> tuple[str, ...]:
    """The first app of pm2's file, in JSON or JavaScript."""
    if file.endswith(".json"):
        apps = package.mapping(file).get("apps")
        first = apps[0] if isinstance(apps, list) and apps else {}
        script = str(get_at(first, "script") or "")
    else:
        script = package.config(re.sub(r"\.c?js$", "", file)).text("script")
    return ("node", normpath(script)) if script else ()


def settled(package: Package, serving: Serving) -> Serving:
    """The command in the form that runs best: one process, no watcher, no wrapper."""
    args = serving.start
    if args[:1] == ("tsx",) and len(args) > 1 and not args[1].startswith("-"):
        args = ("node", "--import", "tsx", *args[1:])
    entry = entry_of(args)
    if _PM2_FILE.search(entry):
        args = _by_pm2(package, entry) or args
        entry = entry_of(args)
    if args[:1] == ("json-server",) and "--host" not in args:
        # Alone, it listens on loopback.
        port = () if "--port" in args or "-p" in args else ("--port", PORT_MARK)
        args = (*args, "--host", "0.0.0.0", *port)
    kept = serving.keeps_dev or _needs_dev(package, args)
    build = serving.build
    if not build and not package.builds and entry and not package.is_there(entry):
        build = "tsc" if package.is_typescript else ""
    return replace(serving, start=args, keeps_dev=kept, build=build)


def _needs_dev(package: Package, args: tuple[str, ...]) -> bool:
    """Whether the command takes a package that is declared for development only."""
    words = [args[0], *args] if args else []
    loaders = [
        re.sub(r"^((?:@[^/]+/)?[^/]+).*", r"\1", b) for a, b in pairwise(args) if a in _LOADERS
    ]
    brought = [brought_by(word) for word in words[:1]] + loaders
    return any(name in package.manifest.dev for name in brought)


def emits_nothing(package: Package) -> bool:
    options = package.tsconfig.get("compilerOptions")
    return isinstance(options, dict) and bool(options.get("noEmit"))

"""The command that brings a Node app's database up to date."""

import re
import shlex

from draftpy.inspectors.node.build import Project

_SCRIPTS = (
    "db:migrate",
    "migrate:deploy",
    "migrate:prod",
    "migrate",
    "migration:run",
    "migrations",
)
_RUNTIMES = ("node", "bun", "npx", "bunx", "npm", "pnpm", "yarn", "sh")


def find_migrations(project: Project) -> tuple[str, ...]:
    """What the start script runs before the server, else a script of a telling name, else Prisma's.

    Its words; it is offered, never run by a build.
    """
    scripts = project.run.package.manifest.scripts
    before = next(iter(project.run.migrations), "")
    named = re.fullmatch(r"(?:npm|pnpm|yarn|bun)(?: run)? (\S+)", before)
    text = scripts.get(named[1], "") if named else before
    text = text or next((scripts[name] for name in _SCRIPTS if scripts.get(name)), "")
    tree = project.run.package.tree
    if not text and any(file.startswith("prisma/migrations/") for file in tree.files):
        text = "prisma migrate deploy"
    return _words(text, is_bun=project.is_bun)


def _words(text: str, *, is_bun: bool) -> tuple[str, ...]:
    # What makes a migration from changes of the source, or needs a shell, is for developers.
    if not text or re.search(r"[|&;<>$`]|\bmigrate dev\b|\bgenerate\b|\bcreate\b", text):
        return ()
    words = [word for word in shlex.split(text) if not re.match(r"\w+=|cross-env$", word)]
    is_run = words[:1] and words[0] in _RUNTIMES
    return tuple(words if is_run or not words else ["bunx" if is_bun else "npx", *words])

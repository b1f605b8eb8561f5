"""A script of package.json → what a cluster should run for it, without npm or a shell between."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from posixpath import join, normpath

from draftpy.inspectors.commands import StartCommand, parse_command

_MAX_DEPTH = 5
_MANAGERS = ("npm", "pnpm", "yarn", "bun", "npx", "bunx", "pnpx")
# Words that only set the scene for the command after them.
_WRAPPERS = ("cross-env", "cross-env-shell", "env", "exec", "sudo", "time", "nice")
# Programs that fetch variables from a file or vault which the image does not have.
_VAULTS = ("dotenv", "dotenvx", "env-cmd", "doppler", "infisical", "op", "dotenv-cli")
_RELOADERS = ("nodemon", "node-dev", "supervisor", "forever", "ts-node-dev", "tsnd", "pm2-dev")
_STATIC_SERVERS = ("serve", "http-server", "live-server", "lite-server", "sirv", "local-web-server")
_BUILDERS = (
    *("tsc", "tsup", "tsdown", "tsc-alias", "babel", "swc", "esbuild", "rollup", "webpack"),
    *("rimraf", "copyfiles", "cpx", "cpy", "shx", "rm", "cp", "mkdir", "unbuild", "pkgroll"),
    *("prisma",),
)
_SAY_ONLY = (("echo",), ("true",), ("exit",), ("clear",))
_MIGRATES = re.compile(r"\bmigrat|\bdb:(?:push|seed|create)|\bdb push|\bdb seed")
# A program, with its first argument if that tells → it serves developers, not users.
_DEV = re.compile(
    r"(?:vite|astro|nuxt|nuxi|next|remix|vinxi|svelte-kit|react-router|rsbuild|farm|slidev)"
    r"(?: (?:dev|preview|serve)(?: .*)?| [.-].*)?"
    r"|(?:ng (?:serve|s|dev)|(?:react-scripts|craco|react-app-rewired) start"
    r"|gatsby (?:develop|serve)|vue-cli-service serve|docusaurus (?:start|serve)"
    r"|vite(?:press|ss)? \S+|vuepress dev|ember s\S*|ionic serve|quasar dev|umi dev|max dev"
    r"|nest start --watch|netlify dev|vercel dev|wrangler dev"
    r"|webpack|webpack-dev-server|parcel|expo|eleventy|@11ty/eleventy|hexo|storybook"
    r"|start-storybook|browser-sync|electron|react-native|stencil|grunt|gulp|jest|mocha|rollup"
    r"|concurrently|tsc|esbuild|echo|true|exit)(?: .*)?"
)
# Decided by the image, not by the script.
_IS_GIVEN = re.compile(r"(?:NODE_ENV|PORT)=|(?:HOST|HOSTNAME)=(?:localhost|127\.)")
_RUN_FLAGS = ("--silent", "-s", "-r", "--recursive", "--if-present", "--bun", "--", "-y", "--yes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What a script comes down to.

    `command` is None where it serves developers only; `site` is the folder that a static web
    server is given, `member` the workspace or folder that it hands over to.
    """

    command: StartCommand | None = None
    before: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    site: str = ""
    is_spa: bool = False
    member: str = ""
    members_script: str = ""
    folder: str = ""

    @property
    def serves(self) -> bool:
        """Whether it leads to anything that users may be served by."""
        return bool(self.command or self.site or self.member)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One command of a chain: its words, and how it was written."""

    words: tuple[str, ...]
    text: str
    env: tuple[str, ...] = ()
    script: str = ""
    parts: tuple["_Step", ...] = field(default=())


def resolve(name: str, scripts: Mapping[str, str]) -> Resolved | None:
    """Follow a script down to the process that answers; None if there is no such script."""
    text = scripts.get(name, "").strip()
    return resolve_text(text, scripts) if text else None


def resolve_text(text: str, scripts: Mapping[str, str]) -> Resolved:
    """The same for a command line, such as one of a Procfile."""
    if re.search(r"[|<>`]|\$\(|(?<!&)&(?!&)", text.replace("||", "")):
        return Resolved(command=parse_command(text))
    steps = list(_steps(text, scripts, 0))
    while len(steps) > 1 and steps[-1].words[:1] in _SAY_ONLY:
        steps.pop()
    if not steps:
        return Resolved()
    folder = ""
    before: list[str] = []
    migrations: list[str] = []
    for step in steps[:-1]:
        if step.words[:1] == ("cd",):
            folder = normpath(join(folder, step.words[1] if len(step.words) > 1 else ""))
        elif step.words and _MIGRATES.search(f"{step.script} {step.text}"):
            migrations.append(step.text)
        elif step.words:
            before.append(step.text)
    last = _finish(steps[-1])
    folder = "" if folder == "." else folder
    if folder and last.command and last.command.program in _MANAGERS:
        script = last.command.args[-1]
        return replace(last, command=None, member=folder, members_script=script)
    return replace(last, before=tuple(before), migrations=tuple(migrations), folder=folder)


def is_build_step(text: str) -> bool:
    """Whether a command before the server only prepares files, so that the image may hold them."""
    words = text.split()
    program = (
        words[1] if words[:1] in (["npx"], ["bunx"]) and len(words) > 1 else "".join(words[:1])
    )
    runs = re.match(r"(?:npm|pnpm|yarn|bun)(?: run)? (\S+)", text)
    if runs:
        return bool(re.match(r"(?:pre|post)?(?:build|compile|generate|clean|tsc|bundle)", runs[1]))
    return program in _BUILDERS or bool(re.search(r"\b(?:build|compile|generate)\b", text))


def _steps(text: str, scripts: Mapping[str, str], depth: int) -> Iterator[_Step]:
    """The commands of a chain; the last one is followed through other scripts."""
    parts = [part.strip() for part in re.split(r"&&|\|\||;", text) if part.strip()]
    is_elsewhere = False
    for index, part in enumerate(parts):
        step = _parse_step(part)
        is_last = index == len(parts) - 1
        # Elsewhere, scripts of the same name are another package's.
        name = "" if is_elsewhere else _script_of(step.words, scripts)
        is_elsewhere = is_elsewhere or step.words[:1] == ("cd",)
        if not name or depth >= _MAX_DEPTH:
            yield step
        elif is_last:
            inner = list(_steps(scripts[name] + _passed_on(step.words), scripts, depth + 1))
            yield from (replace(s, env=(*step.env, *s.env)) for s in inner)
        else:
            yield replace(step, script=f"{name} {scripts[name]}")


def _parse_step(text: str) -> _Step:
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    env: list[str] = []
    while words:
        if re.fullmatch(r"\w+=.*", words[0], re.DOTALL):
            env.append(words.pop(0))
        elif words[0] in _WRAPPERS:
            words.pop(0)
        elif words[0] in _VAULTS:
            words = _after_vault(words)
        elif words[0] in ("npx", "bunx", "pnpx") or words[:2] in (
            ["pnpm", "exec"],
            ["yarn", "exec"],
        ):
            words = words[1:] if words[0] in ("npx", "bunx", "pnpx") else words[2:]
            while words and words[0].startswith("-"):
                words.pop(0)
        else:
            break
    if words[:1] == ["set"]:  # As on Windows: `set NODE_ENV=production`.
        words = []
    return _Step(words=tuple(words), text=text, env=tuple(env))


def _after_vault(words: list[str]) -> list[str]:
    if "--" in words:
        return words[words.index("--") + 1 :]
    rest = words[1:]
    while rest and (rest[0].startswith("-") or rest[0] in ("run",)):
        takes_value = rest[0] in ("-e", "-f", "-p", "-c", "--env", "--file") and len(rest) > 1
        rest = rest[2:] if takes_value else rest[1:]
    # env-cmd of old takes the file as its first word.
    return rest[1:] if rest and re.search(r"(?:^|/)\.env", rest[0]) else rest


def _script_of(words: tuple[str, ...], scripts: Mapping[str, str]) -> str:
    """The script that a command such as `npm run serve` leads to, "" for none of this package."""
    if not words:
        return ""
    rest = [word for word in words[1:] if word not in _RUN_FLAGS]
    if words[0] in ("npm-run-all", "run-s", "npm-run-all2"):
        return next((word for word in reversed(rest) if word in scripts), "")
    if words[0] not in _MANAGERS or any(word.startswith("-") for word in words[1:2]):
        return ""
    if rest[:1] in (["run"], ["run-script"]):
        rest = rest[1:]
    if words[0] == "bun" and words[1:2] != ("run",) and rest[:1] != ["start"]:
        return ""
    is_elsewhere = any(re.match(r"-w$|--workspace|--prefix|--filter", word) for word in words)
    return rest[0] if rest and rest[0] in scripts and not is_elsewhere else ""


def _passed_on(words: tuple[str, ...]) -> str:
    """What stands after `--`."""
    rest = words[words.index("--") + 1 :] if "--" in words else ()
    return f" {shlex.join(rest)}" if rest else ""


def _finish(step: _Step) -> Resolved:
    member, script = _handed_to(step.words)
    if member:
        return Resolved(member=member, members_script=script, env=step.env)
    words = _plain(list(step.words))
    if not words:
        return Resolved()
    if words[0] in _STATIC_SERVERS:
        folders = [word for word in words[1:] if not word.startswith("-") and not word.isdigit()]
        is_spa = "-s" in words or "--single" in words
        return Resolved(site=normpath(folders[0]) if folders else ".", is_spa=is_spa)
    if _DEV.fullmatch(" ".join(words)):
        return Resolved()
    kept = tuple(item for item in step.env if not _IS_GIVEN.match(item))
    is_shell = any(re.search(r"\$(?!\{?PORT\b)", word) for word in words)
    command = parse_command(step.text if is_shell else shlex.join(words).replace("'", ""))
    if any(re.search(r"\s|[()]", word) for word in words) and not is_shell:
        command = StartCommand(args=tuple(words))
    return Resolved(command=command, env=kept)


def _handed_to(words: tuple[str, ...]) -> tuple[str, str]:
    """The workspace or folder that a root script hands over to, and its script."""
    text = " ".join(words)
    for pattern in (
        r"npm (?:run )?(?P<s>\S+) (?:-w|--workspace|--prefix)[ =](?P<m>\S+)",
        r"npm (?:-w|--workspace|--prefix)[ =](?P<m>\S+) (?:run )?(?P<s>\S+)",
        r"yarn workspace (?P<m>\S+) (?:run )?(?P<s>\S+)",
        r"yarn --cwd[ =](?P<m>\S+) (?:run )?(?P<s>\S+)",
        r"pnpm (?:--filter|-F|-C|--dir)[ =](?P<m>\S+) (?:run )?(?P<s>\S+)",
        r"bun (?:--filter|--cwd)[ =](?P<m>\S+) (?:run )?(?P<s>\S+)",
        r"turbo (?:run )?(?P<s>\S+) .*--filter[ =](?P<m>\S+)",
        r"lerna run (?P<s>\S+) .*--scope[ =](?P<m>\S+)",
        r"nx (?P<s>serve|start|run) (?P<m>[\w@/-]+).*",
    ):
        match = re.fullmatch(pattern + r".*", text)
        if match:
            member = match["m"].strip("\"'").removesuffix("...")
            return normpath(member), match["s"]
    return "", ""


def _plain(words: list[str]) -> list[str]:
    """Reloaders and process managers give way to the process that they would start."""
    if words[:2] in (["pm2", "start"], ["pm2-runtime", "start"]):
        words = ["pm2-runtime", *words[2:]]
    if words[:1] in (["pm2-runtime"], ["nodemon"]) or (words and words[0] in _RELOADERS):
        return _under(words)
    if words[:2] == ["tsx", "watch"]:
        words = ["tsx", *words[2:]]
    if words[:1] in (["node"], ["bun"], ["tsx"], ["deno"]):
        watching = re.compile(r"--(?:watch|hot|inspect|env-file|no-warnings)\b.*|--env-file-if-.*")
        words = [word for word in words if not watching.fullmatch(word)]
    if words[:2] == ["bun", "run"] and len(words) > 2:
        words = ["bun", *words[2:]]
    return words


def _under(words: list[str]) -> list[str]:
    executed = [i for i, word in enumerate(words) if word in ("--exec", "-x", "--exec=")]
    if executed and executed[0] + 1 < len(words):
        inner = shlex.split(words[executed[0] + 1])
        rest = words[executed[0] + 2 :]
        files = [word for word in rest if re.search(r"\.[cm]?[jt]s$", word)]
        return inner if len(inner) > 1 else [*inner, *files[:1]]
    files = [word for word in words[1:] if re.search(r"^[\w./@-]+$", word) and word[0] != "-"]
    entries = [word for word in files if re.search(r"\.(?:[cm]?[jt]sx?|json)$", word)]
    entries = entries or files[-1:]
    if not entries:
        return ["node", "."] if words[0] == "nodemon" else []
    program = "ts-node" if words[0] in ("ts-node-dev", "tsnd") else "node"
    if entries[0].endswith(".ts") and words[0] == "nodemon":
        program = "ts-node"
    return [program, entries[0]]

"""npm packages that need something of the system: at build, at run, or a variable."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from draftpy.inspectors.node.manifest import NodeManifest

_COMPILER = ("python3", "make", "g++")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one package needs: Debian packages and variables."""

    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    build_env: tuple[str, ...] = ()
    env: tuple[str, ...] = ()


# They bring binaries for most machines; where none fits, they are compiled.
_COMPILED = dict.fromkeys(
    (
        *("bcrypt", "argon2", "sqlite3", "better-sqlite3", "node-pty", "isolated-vm", "re2"),
        *("serialport", "usb", "zeromq", "leveldown", "classic-level", "snappy", "farmhash"),
        *("sodium-native", "kerberos", "node-rdkafka", "deasync", "node-sass", "libxmljs2"),
        *("@tensorflow/tfjs-node", "@discordjs/opus", "node-expat", "microtime", "ursa"),
    ),
    Need(build=_COMPILER),
)
_OPENSSL = Need(build=("openssl",), run=("openssl", "ca-certificates"))
_CAIRO_DEV = ("libcairo2-dev", "libpango1.0-dev", "libjpeg-dev", "libgif-dev", "librsvg2-dev")
_CAIRO = ("libcairo2", "libpangocairo-1.0-0", "libjpeg62-turbo", "libgif7", "librsvg2-2")
NEEDS: dict[str, Need] = {
    **_COMPILED,
    "prisma": _OPENSSL,
    "@prisma/client": _OPENSSL,
    "canvas": Need(build=(*_COMPILER, "pkg-config", *_CAIRO_DEV), run=(*_CAIRO, "fontconfig")),
    "pg-native": Need(build=(*_COMPILER, "libpq-dev"), run=("libpq5",)),
    "puppeteer": Need(
        run=("chromium", "fonts-liberation"),
        build_env=("PUPPETEER_SKIP_DOWNLOAD=true",),
        env=("PUPPETEER_EXECUTABLE_PATH=/usr/bin/chromium",),
    ),
    "fluent-ffmpeg": Need(run=("ffmpeg",)),
    "gm": Need(run=("graphicsmagick",)),
    "imagemagick": Need(run=("imagemagick",)),
    "simple-git": Need(run=("git", "ca-certificates")),
    "whatsapp-web.js": Need(
        run=("chromium", "fonts-liberation"),
        build_env=("PUPPETEER_SKIP_DOWNLOAD=true",),
        env=("PUPPETEER_EXECUTABLE_PATH=/usr/bin/chromium",),
    ),
}
# They keep files beside the app, where a read-only file system ends them.
_WRITERS = (
    *("multer", "sqlite3", "better-sqlite3", "lowdb", "nedb", "@seald-io/nedb", "nedb-promises"),
    *("winston-daily-rotate-file", "session-file-store", "node-persist", "formidable", "level"),
    *("express-fileupload", "connect-sqlite3", "log4js", "classic-level", "node-json-db"),
    *("file-stream-rotator", "rotating-file-stream", "@libsql/client", "conf", "flat-cache"),
)
_FROM_GIT = re.compile(
    r"git[+:@]|github:|gitlab:|bitbucket:|[\w.-]+/[\w.-]+(?:#.*)?$|.*\.git(?:#.*)?$"
)


def find_needs(manifests: Iterable[NodeManifest]) -> Need:
    """What all packages of these manifests need together."""
    build: dict[str, None] = {}
    found: list[Need] = []
    for manifest in manifests:
        declared = {**manifest.dev, **manifest.dependencies}
        found += [need for name, need in NEEDS.items() if name in manifest.dependencies]
        if "prisma" in manifest.dev:
            found.append(_OPENSSL)
        if any(_FROM_GIT.match(wanted) for wanted in declared.values()):
            build.update(dict.fromkeys(("git", "ca-certificates")))
    return Need(
        build=tuple(dict.fromkeys([*build, *(p for need in found for p in need.build)])),
        run=tuple(dict.fromkeys(p for need in found for p in need.run)),
        build_env=tuple(dict.fromkeys(e for need in found for e in need.build_env)),
        env=tuple(dict.fromkeys(e for need in found for e in need.env)),
    )


def find_writer(manifest: NodeManifest) -> str:
    """A package of the running app that writes files beside it, "" for none."""
    return next((name for name in _WRITERS if manifest.has(name)), "")

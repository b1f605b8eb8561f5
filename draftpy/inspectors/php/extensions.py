"""Which PHP extensions an app needs beyond those of PHP's image."""

import re
from collections.abc import Iterator

from draftpy.inspectors.php.manifest import PhpManifest
from draftpy.source import SourceTree

# What the official image has without asking.
_BUNDLED = frozenset(
    {"core", "ctype", "curl", "date", "dom", "fileinfo", "filter", "hash", "iconv", "json"}
    | {"libxml", "mbstring", "mysqlnd", "openssl", "pcre", "pdo", "pdo_sqlite", "phar", "posix"}
    | {"readline", "reflection", "session", "simplexml", "sodium", "spl", "sqlite3", "standard"}
    | {"tokenizer", "xml", "xmlreader", "xmlwriter", "zlib", "opcache", "random", "lexbor", "uri"}
)
# What the image's own command compiles without any library.
SIMPLE = frozenset(
    {"bcmath", "calendar", "dba", "exif", "ftp", "gettext", "mysqli", "pcntl", "pdo_mysql"}
    | {"shmop", "sockets", "sysvmsg", "sysvsem", "sysvshm"}
)
# What source code calls → the extension.
_CALLS = {
    r"\bmysqli_connect\s*\(|\bnew\s+\\?mysqli\s*\(": "mysqli",
    r"[\"']mysql:(?:host|unix_socket|dbname)=": "pdo_mysql",
    r"[\"']pgsql:(?:host|dbname)=": "pdo_pgsql",
    r"\bpg_connect\s*\(": "pgsql",
    r"\bimagecreate\w*\s*\(": "gd",
    r"\bnew\s+\\?Imagick\s*\(": "imagick",
    r"\bnew\s+\\?ZipArchive\b": "zip",
    r"\bnew\s+\\?Redis\s*\(": "redis",
    r"\bnew\s+\\?Memcached\s*\(": "memcached",
    r"\bnew\s+\\?(?:NumberFormatter|IntlDateFormatter|Collator)\b": "intl",
    r"\bnew\s+\\?SoapClient\s*\(": "soap",
    r"\bbc(?:add|sub|mul|div|mod|pow|comp)\s*\(": "bcmath",
    r"\bsocket_create\s*\(": "sockets",
    r"\bpcntl_\w+\s*\(": "pcntl",
}
_DATABASES = {
    "mysql": "pdo_mysql",
    "mariadb": "pdo_mysql",
    "pgsql": "pdo_pgsql",
    "postgres": "pdo_pgsql",
    "postgresql": "pdo_pgsql",
}
_MAX_FILES = 200


def find_extensions(tree: SourceTree, manifest: PhpManifest) -> tuple[str, ...]:
    """Everything declared, named in settings or called, that has to be added."""
    wanted = {*manifest.extensions, *_from_settings(tree), *_from_source(tree)}
    return tuple(sorted(wanted - _BUNDLED))


def _from_settings(tree: SourceTree) -> Iterator[str]:
    """The database that the sample settings name."""
    for file in (".env", ".env.example", ".env.dist"):
        text = tree.find_text(file) or ""
        for match in re.finditer(
            r"^(?:DB_CONNECTION=(\w+)|DATABASE_URL=[\"']?(\w+)://)", text, re.MULTILINE
        ):
            extension = _DATABASES.get(match[1] or match[2])
            if extension:
                yield extension


def _from_source(tree: SourceTree) -> Iterator[str]:
    paths = [path for path in tree.files if path.endswith(".php")]
    for path in paths[:_MAX_FILES]:
        text = tree.find_text(path) or ""
        yield from (name for pattern, name in _CALLS.items() if re.search(pattern, text))

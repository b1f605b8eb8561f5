"""Which Debian packages the commands of shell scripts come from."""

import re
from collections.abc import Iterable

# Command → package; what every Debian image has is not here.
_TOOLS = {
    "busybox": "busybox",
    "bc": "bc",
    "cowsay": "cowsay",
    "convert": "imagemagick",
    "curl": "curl",
    "dc": "dc",
    "dig": "bind9-dnsutils",
    "envsubst": "gettext-base",
    "expect": "expect",
    "ffmpeg": "ffmpeg",
    "figlet": "figlet",
    "file": "file",
    "fortune": "fortune-mod",
    "gawk": "gawk",
    "git": "git",
    "gpg": "gnupg",
    "host": "bind9-host",
    "htpasswd": "apache2-utils",
    "inotifywait": "inotify-tools",
    "ip": "iproute2",
    "jq": "jq",
    "lighttpd": "lighttpd",
    "lsof": "lsof",
    "magick": "imagemagick",
    "make": "make",
    "mysql": "default-mysql-client",
    "mysqldump": "default-mysql-client",
    "nc": "netcat-openbsd",
    "ncat": "ncat",
    "netcat": "netcat-openbsd",
    "nginx": "nginx-light",
    "nmap": "nmap",
    "node": "nodejs",
    "openssl": "openssl",
    "pandoc": "pandoc",
    "parallel": "parallel",
    "pg_dump": "postgresql-client",
    "php": "php-cli",
    "ping": "iputils-ping",
    "pgrep": "procps",
    "pkill": "procps",
    "ps": "procps",
    "psql": "postgresql-client",
    "python3": "python3",
    "redis-cli": "redis-tools",
    "rsync": "rsync",
    "ruby": "ruby",
    "scp": "openssh-client",
    "socat": "socat",
    "sqlite3": "sqlite3",
    "ssh": "openssh-client",
    "strace": "strace",
    "tcpserver": "ucspi-tcp",
    "top": "procps",
    "tree": "tree",
    "unzip": "unzip",
    "uptime": "procps",
    "uuidgen": "uuid-runtime",
    "watch": "procps",
    "wget": "wget",
    "whois": "whois",
    "xmllint": "libxml2-utils",
    "xxd": "xxd",
    "zip": "zip",
}
# Fetchers trust nobody without it.
_NEEDS_CERTIFICATES = frozenset({"curl", "wget", "git", "openssl"})
_COMMAND = re.compile(
    r"(?:^|[|&;(`{!]|\b(?:EXEC|SYSTEM):[\"']?)\s*"
    r"(?:(?:then|do|else|elif|exec|if|while|until|time|sudo|nohup|env|command)\s+"
    r"|\w+=(?:[^\s$`]|\$(?!\())*\s+)*"
    r"(?:/usr/bin/|/bin/)?([\w-]+)(?=$|[\s;|&)`\"'])",
    re.MULTILINE,
)


def find_packages(codes: Iterable[str]) -> list[str]:
    """The packages of the commands that these scripts call, in alphabetical order."""
    commands = {match for code in codes for match in _COMMAND.findall(_without_texts(code))}
    packages = {_TOOLS[command] for command in commands if command in _TOOLS}
    if packages & _NEEDS_CERTIFICATES:
        packages.add("ca-certificates")
    return sorted(packages)


def _without_texts(code: str) -> str:
    """The code without here-documents and single-quoted texts, in which nothing is called."""
    plain = re.sub(
        r"(<<-?\s*[\"']?(\w+)[\"']?[^\n]*\n).*?^\s*\2\s*$", r"\1", code, flags=re.S | re.M
    )
    return re.sub(r"(?<!EXEC:)(?<!SYSTEM:)'[^'\n]*'", "''", plain)

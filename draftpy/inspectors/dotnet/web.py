"""Where a .NET app listens, and what its probes may ask."""

import json
import re
from collections.abc import Iterator
from posixpath import join
from typing import Any

from draftpy.inspectors.code_files import CodeFile
from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import Evidence, Fact
from draftpy.inspectors.listening import DEFAULT_PORT, Dialect, find_listening
from draftpy.source import SourceTree

_SETTINGS = "appsettings.json"
_NO_HTTP_PORTS = ("1.", "2.", "3.", "5.", "6.", "7.")
DIALECT = Dialect(
    reads=re.compile(
        r"\bGetEnvironmentVariable\(\s*\"(\w+)\"|\bConfiguration\[\"([A-Z]\w*PORT)\"\]"
    ),
    listens=re.compile(
        r"\bWebApplication\.|\bWebHost\.|\bHttpListener\b|\bTcpListener\b|\bUseKestrel\b|\bUseUrls\("
        r"|\bstartWebServer\b|\bwebHost\s*\["
    ),
    ports=(
        re.compile(
            r"(?:\.Run(?:Async)?|UseUrls|Urls\.Add|Prefixes\.Add)\(\s*\$?\""
            r"http://[^:\"]+:(?P<port>\d{2,5})/?\""
        ),
        re.compile(r"\bListen(?:AnyIP|Localhost)?\(\s*(?:IPAddress\.\w+\s*,\s*)?(?P<port>\d{2,5})"),
        re.compile(r"\bTcpListener\(\s*IPAddress\.\w+\s*,\s*(?P<port>\d{2,5})"),
    ),
)
_HEALTH = re.compile(r"\bMap(?:HealthChecks|Get)\(\s*\"(/healthz?|/livez|/alive|/ping)\"")


def port_facts(
    tree: SourceTree, folder: str, files: list[CodeFile], version: str
) -> Iterator[Fact]:
    """Port and the variables that say it; `version` of ASP.NET Core, empty without it."""
    listening = find_listening(files, DIALECT)
    if listening.evidence or not version:
        yield from listening.facts("dotnet")
        return
    yield Fact(key="dotnet.port", value=DEFAULT_PORT)
    settings = tuple(_endpoints(tree, folder))
    if settings:
        where = Evidence(file=join(folder, _SETTINGS), means="names addresses of its own")
        yield Fact(key="dotnet.environ", value=settings, evidence=where)
    elif version.startswith(_NO_HTTP_PORTS):
        yield Fact(key="dotnet.environ", value=(f"ASPNETCORE_URLS=http://+:{PORT_MARK}",))
    else:
        yield Fact(key="dotnet.port_variable", value="ASPNETCORE_HTTP_PORTS")


def health_facts(files: list[CodeFile]) -> Iterator[Fact]:
    """The path that answers that it is well."""
    for file in files:
        match = _HEALTH.search(file.code)
        if match:
            where = file.evidence(match, "is asked by the probes")
            yield Fact(key="dotnet.health_path", value=match[1], evidence=where)
            return


def _endpoints(tree: SourceTree, folder: str) -> Iterator[str]:
    """Settings go before ASPNETCORE_ variables; variables named after them go before settings."""
    text = tree.find_text(join(folder, _SETTINGS)) or ""
    plain = re.sub(r"^\s*//[^\n]*", "", text, flags=re.MULTILINE)
    try:
        doc: Any = json.loads(plain)
    except (ValueError, RecursionError):
        return
    doc = doc if isinstance(doc, dict) else {}
    endpoints = doc.get("Kestrel", {})
    endpoints = endpoints.get("Endpoints", {}) if isinstance(endpoints, dict) else {}
    for name, given in endpoints.items() if isinstance(endpoints, dict) else ():
        url = str(given.get("Url", "")) if isinstance(given, dict) else ""
        if url.startswith("http://"):
            yield f"Kestrel__Endpoints__{name}__Url=http://+:{PORT_MARK}"
    if isinstance(doc.get("Urls"), str) and not endpoints:
        yield f"URLS=http://+:{PORT_MARK}"

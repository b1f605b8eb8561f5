"""Exact pins that are too old for the newest Pythons, which have no wheels of theirs."""

from packaging.version import InvalidVersion, Version

from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.python.requirements import Declared

# Package → its first release for each Python, newest Python first.
_FIRST = {
    "numpy": {"3.14": "2.3.2", "3.13": "2.1.0", "3.12": "1.26.0", "3.11": "1.23.2"},
    "pandas": {"3.14": "2.3.3", "3.13": "2.2.3", "3.12": "2.1.1", "3.11": "1.5.1"},
    "scipy": {"3.14": "1.16.1", "3.13": "1.14.1", "3.12": "1.11.2", "3.11": "1.9.2"},
    "scikit-learn": {"3.14": "1.7.2", "3.13": "1.5.2", "3.12": "1.3.1", "3.11": "1.1.3"},
    "matplotlib": {"3.14": "3.10.5", "3.13": "3.9.2", "3.12": "3.8.0", "3.11": "3.6.2"},
    "pillow": {"3.14": "12.0.0", "3.13": "10.4.0", "3.12": "10.1.0", "3.11": "9.3.0"},
    "pydantic": {"3.14": "2.12.0", "3.13": "2.8.0", "3.12": "2.4.0"},
    "pydantic-core": {"3.14": "2.35.0", "3.13": "2.20.0", "3.12": "2.10.0"},
    "psycopg2-binary": {"3.14": "2.9.11", "3.13": "2.9.10", "3.12": "2.9.9", "3.11": "2.9.5"},
    "lxml": {"3.14": "6.0.0", "3.13": "5.3.0", "3.12": "4.9.3", "3.11": "4.9.2"},
    "aiohttp": {"3.14": "3.13.0", "3.13": "3.10.6", "3.12": "3.9.0", "3.11": "3.8.3"},
    "greenlet": {"3.14": "3.2.4", "3.13": "3.1.0", "3.12": "3.0.0", "3.11": "2.0.0"},
    "gevent": {"3.14": "25.8.1", "3.13": "24.10.1", "3.12": "23.9.0", "3.11": "22.10.2"},
    "grpcio": {"3.14": "1.75.1", "3.13": "1.66.2", "3.12": "1.59.0", "3.11": "1.50.0"},
    "asyncpg": {"3.14": "0.31.0", "3.13": "0.30.0", "3.12": "0.29.0", "3.11": "0.27.0"},
    "tensorflow": {"3.13": "2.20.0", "3.12": "2.16.1", "3.11": "2.12.0"},
    "torch": {"3.14": "2.9.0", "3.13": "2.5.0", "3.12": "2.2.0", "3.11": "2.0.0"},
    "pyarrow": {"3.14": "22.0.0", "3.13": "18.0.0", "3.12": "14.0.0", "3.11": "10.0.1"},
    "sqlalchemy": {"3.14": "2.0.43", "3.13": "2.0.31"},
    "django": {"3.14": "5.2.8", "3.13": "4.2", "3.12": "4.0"},
    "uvloop": {"3.14": "0.22.0", "3.13": "0.21.0", "3.12": "0.18.0", "3.11": "0.17.0"},
    "pyyaml": {"3.14": "6.0.3", "3.13": "6.0.2", "3.12": "6.0.1", "3.11": "6.0"},
    "cffi": {"3.14": "2.0.0", "3.13": "1.17.1", "3.12": "1.16.0", "3.11": "1.15.1"},
    "orjson": {"3.14": "3.11.3", "3.13": "3.10.7", "3.12": "3.9.7", "3.11": "3.8.1"},
}
# Releases below are pure Python there, or another line.
_SINCE = {"sqlalchemy": "2.0", "pydantic": "2.0"}


def find_newest_python(dependencies: tuple[Declared, ...]) -> tuple[str, Evidence] | None:
    """The newest Python that all exact pins have wheels for, and the pin that holds it back.

    None if nothing is held back.
    """
    held = [
        (newest, dependency.evidence)
        for dependency in dependencies
        if (newest := _newest(dependency))
    ]
    return min(held, key=lambda pair: _minor(pair[0]), default=None)


def _newest(dependency: Declared) -> str:
    """The newest Python for this pin; empty if it has no limit, or is older than the table."""
    table = _FIRST.get(dependency.name)
    pinned = dependency.version.removeprefix("==")
    if table is None or not dependency.version.startswith("==") or "*" in pinned:
        return ""
    try:
        version = Version(pinned)
    except InvalidVersion:
        return ""
    if version < Version(_SINCE.get(dependency.name, "0")):
        return ""
    tried = list(table)
    fits = next((python for python in tried if version >= Version(table[python])), "")
    oldest = tried[-1]
    below = f"3.{_minor(oldest) - 1}"
    return "" if fits == "3.14" else (fits or below)


def _minor(python: str) -> int:
    return int(python.split(".")[1])

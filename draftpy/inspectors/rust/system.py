"""Debian packages that crates need, to be built and to run."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from draftpy.inspectors.rust.manifests import Crate, Crates
from draftpy.source import SourceTree

# Crate → what its build script looks for; what the program then needs; a feature that avoids both.
_NEEDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "openssl-sys": (("pkg-config", "libssl-dev"), ("libssl3t64",), "openssl-src"),
    "pq-sys": (("libpq-dev",), ("libpq5",), "pq-src"),
    "mysqlclient-sys": (("pkg-config", "libmariadb-dev"), ("libmariadb3",), "mysqlclient-src"),
    "libsqlite3-sys": (("pkg-config", "libsqlite3-dev"), ("libsqlite3-0",), "bundled"),
    "rdkafka-sys": (("cmake", "g++", "make", "zlib1g-dev"), ("zlib1g",), ""),
    "aws-lc-sys": (("cmake", "make"), (), ""),
    "prost-build": (("protobuf-compiler",), (), "protoc-bin-vendored"),
    "libgit2-sys": (("pkg-config", "cmake", "make"), (), ""),
    "cmake": (("cmake", "make", "g++"), (), ""),
    "bindgen": (("clang", "libclang-dev"), (), ""),
    "libudev-sys": (("pkg-config", "libudev-dev"), ("libudev1",), ""),
    "alsa-sys": (("pkg-config", "libasound2-dev"), ("libasound2t64",), ""),
    "openssl-src": (("make", "perl"), (), ""),
    "tikv-jemalloc-sys": (("make",), (), ""),
    "link-cplusplus": (("g++",), (), ""),
    "librocksdb-sys": (("clang", "libclang-dev", "g++", "make"), ("libstdc++6",), ""),
    "libz-sys": (("pkg-config", "make"), (), ""),
    "curl-sys": (
        ("pkg-config", "make", "libssl-dev", "libcurl4-openssl-dev"),
        ("libcurl4t64",),
        "",
    ),
}
# Without a lock file: dependencies that are known to bring such a crate along.
_BRINGS = {
    "openssl": "openssl-sys",
    "native-tls": "openssl-sys",
    "reqwest": "openssl-sys",
    "lettre": "openssl-sys",
    "pq-sys": "pq-sys",
    "rdkafka": "rdkafka-sys",
    "tonic-build": "prost-build",
    "tonic-prost-build": "prost-build",
    "prost-build": "prost-build",
}
_LOCKED = re.compile(r"^name = \"([\w.-]+)\"$", re.MULTILINE)
_AVOIDS = ("rustls", "rustls-tls", "vendored", "native-tls-vendored", "bundled")


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPackages:
    """Packages of the distribution, sorted; `output`: where the programs end up."""

    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    output: str = "target/release"


def find_system_packages(tree: SourceTree, crates: Crates) -> SystemPackages:
    """As the lock file says, else as the declared dependencies let expect."""
    locked = frozenset(_LOCKED.findall(tree.find_text("Cargo.lock") or ""))
    needed = _by_lock(locked, crates) if locked else _by_manifest(crates)
    config = _config(tree)
    build = {package for crate in needed for package in _NEEDS[crate][0]} | _linkers(config)
    run = {package for crate in needed for package in _NEEDS[crate][1]}
    target = _table(config, "build").get("target")
    output = f"target/{target}/release" if isinstance(target, str) else "target/release"
    return SystemPackages(build=tuple(sorted(build)), run=tuple(sorted(run)), output=output)


def _config(tree: SourceTree) -> Mapping[str, Any]:
    text = tree.find_text(".cargo/config.toml") or tree.find_text(".cargo/config") or ""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _linkers(config: Mapping[str, Any]) -> set[str]:
    """Packages of the linkers that the project's own settings name for Linux."""
    targets = (v for k, v in _table(config, "target").items() if "linux" in k or "cfg" in k)
    settings = [_table(config, "build"), *(t for t in targets if isinstance(t, dict))]
    words = " ".join(str((each.get("linker"), each.get("rustflags"))) for each in settings)
    names = {"clang": "clang", "lld": "lld", "mold": "mold"}
    return {package for word, package in names.items() if re.search(rf"\b{word}\b", words)}


def _table(doc: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = doc.get(name, {})
    return found if isinstance(found, dict) else {}


def _by_lock(locked: frozenset[str], crates: Crates) -> set[str]:
    found = set()
    for crate, (_, _, own_source) in _NEEDS.items():
        if crate not in locked or own_source in locked:
            continue
        if crate == "libsqlite3-sys" and _bundles_sqlite(crates):
            continue
        if crate in ("cmake", "bindgen") and not _is_needed_tool(crate, locked):
            continue
        found.add(crate)
    return found


def _bundles_sqlite(crates: Crates) -> bool:
    """sqlx and rusqlite's `bundled` compile SQLite themselves."""
    return any(
        "sqlx" in crate.dependencies
        or "sea-orm" in crate.dependencies
        or "bundled" in (*crate.features_of("rusqlite"), *crate.features_of("libsqlite3-sys"))
        for crate in crates.crates
    )


def _is_needed_tool(crate: str, locked: frozenset[str]) -> bool:
    """Many crates list these for platforms that ship their results."""
    users = {"cmake": ("librocksdb-sys", "rdkafka-sys", "zmq-sys"), "bindgen": ("librocksdb-sys",)}
    return any(user in locked for user in users[crate])


def _by_manifest(crates: Crates) -> set[str]:
    found = set()
    for crate in crates.crates:
        for name, brought in _BRINGS.items():
            if name in crate.dependencies and not _avoids(crate, name):
                found.add(brought)
        if any(_wants_native_tls(crate.features_of(name)) for name in crate.dependencies):
            found.add("openssl-sys")
        diesel = crate.features_of("diesel")
        found |= {"pq-sys"} if "postgres" in diesel else set()
        found |= {"mysqlclient-sys"} if "mysql" in diesel else set()
        if "sqlite" in diesel and "returning_clauses_for_sqlite_3_35" not in diesel:
            found |= {"libsqlite3-sys"} if not _bundles_sqlite(crates) else set()
        if "rusqlite" in crate.dependencies and not _bundles_sqlite(crates):
            found.add("libsqlite3-sys")
    return found


def _wants_native_tls(features: tuple[str, ...]) -> bool:
    asked = [each for each in features if "native-tls" in each]
    return bool(asked) and not any("vendored" in each for each in asked)


def _avoids(crate: Crate, name: str) -> bool:
    given = crate.dependencies[name]
    features = crate.features_of(name)
    has_default = not (isinstance(given, dict) and given.get("default-features") is False)
    if any(feature.startswith(_AVOIDS) for feature in features):
        return True
    is_choosy = name in ("reqwest", "lettre") and not has_default
    return is_choosy and not any("native" in each or "default-tls" in each for each in features)

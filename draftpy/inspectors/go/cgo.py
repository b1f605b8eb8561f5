"""Whether a Go program is compiled with C, and what that needs."""

import re
from dataclasses import dataclass

from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.go.modules import GoModule
from draftpy.inspectors.go.programs import GoFile

# Import → Debian packages to build and to run with.
_CGO: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "github.com/mattn/go-sqlite3": ((), ()),
    "gorm.io/driver/sqlite": ((), ()),
    "github.com/confluentinc/confluent-kafka-go": ((), ()),
    "github.com/marcboeker/go-duckdb": ((), ()),
    "github.com/duckdb/duckdb-go": ((), ()),
    "github.com/tursodatabase/go-libsql": ((), ()),
    "github.com/chai2010/webp": ((), ()),
    "github.com/davidbyttow/govips": (("libvips-dev",), ("libvips42t64",)),
    "github.com/h2non/bimg": (("libvips-dev",), ("libvips42t64",)),
    "github.com/otiai10/gosseract": (
        ("libleptonica-dev", "libtesseract-dev"),
        ("tesseract-ocr",),
    ),
    "gopkg.in/gographics/imagick.v3": (("libmagickwand-dev",), ("libmagickwand-7.q16-10",)),
    "github.com/pebbe/zmq4": (("libzmq3-dev",), ("libzmq5",)),
    "github.com/google/gopacket/pcap": (("libpcap-dev",), ("libpcap0.8t64",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cgo:
    """Whether C is compiled in, why, and the packages of the distribution that it takes."""

    is_used: bool = False
    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    evidence: Evidence | None = None


def find_cgo(module: GoModule, files: list[GoFile]) -> Cgo:
    """As the program's own imports say."""
    imports = {re.sub(r"/v\d+(?=/|$)", "", name) for file in files for name in file.imports}
    used = [key for key in _CGO if any(n == key or n.startswith(f"{key}/") for n in imports)]
    own = next((file for file in files if "C" in file.imports), None)
    if not used and own is None:
        return Cgo()
    where = Evidence(file=own.file.path, text='import "C"') if own else None
    for requirement in module.requirements:
        if used and requirement.plain == used[0]:
            where = requirement.evidence
    return Cgo(
        is_used=True,
        build=tuple(sorted({package for key in used for package in _CGO[key][0]})),
        run=tuple(sorted({package for key in used for package in _CGO[key][1]})),
        evidence=where,
    )

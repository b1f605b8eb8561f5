"""Which Debian packages a Ruby app's gems need."""

from dataclasses import dataclass

from draftpy.inspectors.ruby.manifest import RubyManifest


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPackages:
    """Debian packages to compile with, and those to run with."""

    build: tuple[str, ...]
    run: tuple[str, ...]


# Gem → packages to compile it, packages to run it; gems that bring their libraries need none.
_NEEDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pg": (("libpq-dev",), ("libpq5",)),
    "mysql2": (("default-libmysqlclient-dev",), ("libmariadb3",)),
    "trilogy": (("libssl-dev",), ()),
    "tiny_tds": (("freetds-dev",), ("libsybdb5",)),
    "rmagick": (("libmagickwand-dev",), ("libmagickwand-7.q16-10",)),
    "mini_magick": ((), ("imagemagick",)),
    "image_processing": ((), ("libvips42t64",)),
    "ruby-vips": ((), ("libvips42t64",)),
    "charlock_holmes": (("libicu-dev", "zlib1g-dev"), ("libicu76",)),
    "curb": (("libcurl4-openssl-dev",), ("libcurl4t64",)),
    "ethon": ((), ("libcurl4t64",)),
    "typhoeus": ((), ("libcurl4t64",)),
    "rugged": (("cmake", "pkg-config", "libssl-dev"), ()),
    "idn-ruby": (("libidn-dev",), ("libidn12",)),
    "mimemagic": (("shared-mime-info",), ("shared-mime-info",)),
    "wkhtmltopdf-binary": ((), ("libxrender1", "libfontconfig1", "libxext6")),
    "rbnacl": ((), ("libsodium23",)),
    "zeromq": (("libzmq3-dev",), ("libzmq5",)),
}


def find_packages(manifest: RubyManifest) -> SystemPackages:
    """What has to be installed for the gems that the app runs with."""
    used = [needs for gem, needs in _NEEDS.items() if manifest.has(gem)]
    # Many gems have C code; psych among them wants libyaml.
    build = ["build-essential", "libyaml-dev", *(["git"] if manifest.has_git else [])]
    build += [package for needs, _ in used for package in needs]
    run = [package for _, needs in used for package in needs]
    return SystemPackages(build=tuple(dict.fromkeys(build)), run=tuple(dict.fromkeys(run)))

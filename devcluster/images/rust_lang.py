"""Stand-ins for Rust's images: this host's toolchain, and a base for its programs."""

import shutil
from pathlib import Path

from devcluster.images.base import apt
from devcluster.images.engine import Engine
from devcluster.images.recipe import DEBIAN, Match, Recipe, build_lines
from devcluster.process import call


def _rust(engine: Engine, name: str, _: Match) -> None:
    root = Path(call(["rustc", "--print", "sysroot"]).strip())
    with engine.context() as folder:
        ignore = shutil.ignore_patterns("doc", "share", "rust-analyzer*", "rls*", "clippy*")
        shutil.copytree(root, folder / "rust", symlinks=True, ignore=ignore)
        lines = (
            f"FROM {DEBIAN}",
            apt("gcc", "libc6-dev", "g++"),
            "COPY rust /usr/local/rust",
            "ENV CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:/usr/local/rust/bin:$PATH",
            "RUN mkdir -p $CARGO_HOME && chmod -R 1777 $CARGO_HOME && cargo --version",
            'CMD ["bash"]',
        )
        engine.build(name, "\n".join(lines) + "\n", folder)


def _distroless_cc(engine: Engine, name: str, _: Match) -> None:
    libraries = "libc6 libgcc-s1 libstdc++6 libgomp1"
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN} AS files",
        apt("libstdc++6", "libgomp1"),
        "RUN mkdir -p /out && dpkg -L " + libraries + " | sort -u"
        " | grep -E '/(lib|lib64)/' | while read -r f; do"
        ' if [ -f "$f" ] || [ -h "$f" ]; then printf "%s\\n" "$f"; fi; done'
        " | tar -c --no-recursion -h -T - -f - 2>/dev/null | tar -x -C /out"
        " && mkdir -p /out/lib64 && cp -L /lib64/ld-linux-x86-64.so.2 /out/lib64/",
        "FROM gcr.io/distroless/static-debian13:nonroot",
        "COPY --from=files /out /",
        "USER 65532" if name.endswith("nonroot") else "USER 0",
    )


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        pattern=r"rust:1(?:\.\d+)*(?:-slim)?(?:-trixie)?",
        example="rust:1-slim-trixie (this machine's toolchain)",
        make=_rust,
        needs=(DEBIAN,),
    ),
    Recipe(
        pattern=r"gcr\.io/distroless/cc-debian1[23](?::nonroot)?",
        example="gcr.io/distroless/cc-debian13:nonroot",
        make=_distroless_cc,
        needs=("gcr.io/distroless/static-debian13:nonroot",),
    ),
)

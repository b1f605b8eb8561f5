"""The agent as process 1 of real containers, whatever their image has and has not."""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from draftpy.agent_frames import Kind
from tests.support.agent_containers import (
    AppImage,
    Attached,
    attached,
    build_image,
    docker,
    get_page,
    running,
)
from tests.support.agent_program import run_go

pytestmark = pytest.mark.engine

PORT = 8080
PAGE = "/data/page"
PYTHON_APP = """
import http.server, os, sys
if len(sys.argv) > 2:
    sys.exit(sys.stderr.write("no way\\n") and 3)
page = open(sys.argv[1]).read().strip()
print("serving", page, "for", os.environ.get("GREETED", ""), flush=True)
if page == "crash":
    sys.exit(1)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(page.encode())
    def log_message(self, *parts):
        pass
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
"""
SCRATCH = """
FROM scratch
COPY hello /hello
COPY page /data/page
ENV GREETED=world
{user}
WORKDIR /data
ENTRYPOINT ["/hello"]
CMD ["page"]
"""
PYTHON = """
FROM python:3.13-slim
COPY {chown} app.py /data/
COPY {chown} page /data/
{run}
ENV GREETED=world
{user}
WORKDIR /data
{start}
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    """An image, how its container is run, and who the agent is in it."""

    dockerfile: str
    options: tuple[str, ...] = ()
    uid: int = 0
    fails: tuple[str, ...] = ("/hello", "page", "fail")


def _scratch(*, user: str = "") -> str:
    return SCRATCH.format(user=user)


def _python(*, user: str = "", chown: str = "", run: str = "", start: str) -> str:
    return PYTHON.format(user=user, chown=chown, run=run, start=start)


OWNED = "--chown=10001:10001"
EXEC_FORM = 'CMD ["python", "app.py", "page"]'
PYTHON_FAILS = ("python", "/data/app.py", "page", "fail")
READ_ONLY = ("--read-only", "--tmpfs=/tmp", "--mount=type=volume,dst=/data")
CASES = {
    "scratch": Case(dockerfile=_scratch()),
    "scratch, a user, no /tmp": Case(
        dockerfile=_scratch(user="USER 10001:10001"),
        options=("--tmpfs=/data:uid=10001,mode=0755",),
        uid=10001,
    ),
    "distroless-like": Case(
        dockerfile=_scratch(user="USER 65532"),
        options=("--tmpfs=/tmp:mode=1777", "--tmpfs=/data:uid=65532,mode=0755"),
        uid=65532,
    ),
    "debian, exec form": Case(
        dockerfile=_python(
            run="RUN chown 10001 /data", user="USER 10001", chown=OWNED, start=EXEC_FORM
        ),
        uid=10001,
        fails=PYTHON_FAILS,
    ),
    "debian, shell form": Case(
        dockerfile=_python(start="CMD python app.py page"), fails=PYTHON_FAILS
    ),
    "read-only but for the synced folder and /tmp": Case(
        dockerfile=_python(
            run="RUN chown 10001 /data", user="USER 10001", chown=OWNED, start=EXEC_FORM
        ),
        options=READ_ONLY,
        uid=10001,
        fails=PYTHON_FAILS,
    ),
    "a random user": Case(
        dockerfile=_python(run="RUN chmod -R a+w /data", start=EXEC_FORM),
        options=("--user=1234567:0",),
        uid=1234567,
        fails=PYTHON_FAILS,
    ),
}


@pytest.fixture(scope="module")
def hello(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server that needs nothing of its image."""
    program = tmp_path_factory.mktemp("hello") / "hello"
    run_go(
        "build", "-ldflags", "-s -w", "-o", str(program), ".",
        folder=Path(__file__).parent / "hello", CGO_ENABLED="0",
    )  # fmt: skip
    return program


@pytest.fixture(scope="module")
def tags() -> Iterator[dict[str, str]]:
    """Images that were built, by their Dockerfile; removed in the end."""
    built: dict[str, str] = {}
    yield built
    for tag in built.values():
        docker("rmi", "--force", tag, f"{tag}-app")


@dataclass(frozen=True, kw_only=True)
class World:
    """What builds and runs a case."""

    hello: Path
    tags: dict[str, str]
    folder: Path

    @contextmanager
    def container(self, dockerfile: str, *options: str) -> Iterator[str]:
        if dockerfile not in self.tags:
            self.tags[dockerfile] = self._build(dockerfile)
        with running(self.tags[dockerfile], *options) as name:
            yield name

    def _build(self, dockerfile: str) -> str:
        tag = f"draftpytest-{uuid.uuid4().hex[:8]}"
        image = AppImage(
            dockerfile=dockerfile,
            files={"hello": self.hello, "app.py": PYTHON_APP, "page": "one"},
            root="/data",
            synced={PAGE: ""},
        )
        build_image(image, self.folder, tag)
        return tag


@pytest.fixture
def world(hello: Path, tags: dict[str, str], tmp_path: Path) -> World:
    return World(hello=hello, tags=tags, folder=tmp_path)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def _serve(client: Attached, page: str) -> int:
    """Make the app serve a page and wait until it does; the number of its start."""
    start: int = client.sync({PAGE: page}, force=True)["start"]
    client.wait_listening(PORT)
    return start


def test_an_image_is_developed_in(world: World, case: Case) -> None:
    with world.container(case.dockerfile, *case.options) as name, attached(name) as client:
        assert client.facts["uid"] == case.uid
        assert client.facts["workdir"] == "/data"
        assert client.facts["writable"] == {"/data": ""}
        start = _serve(client, "two")
        assert get_page(name, PORT) == "two"
        assert client.list()[PAGE]["sha256"] == hashlib.sha256(b"two").hexdigest()
        client.sync({PAGE: "crash"})
        crashed = client.event("exited", start + 1)
        assert (crashed["code"], crashed["expected"]) == (1, False)
        assert get_page(name, PORT) == "refused connection refused"
        _serve(client, "three")
        assert get_page(name, PORT) == "three"
        failed = client.sync({PAGE: "four"}, wanted=Kind.ERROR, build=list(case.fails))
        assert (failed["code"], failed["exit"]) == ("build", 3)
        assert "no way" in client.output()
        assert get_page(name, PORT) == "three"
        assert "serving three for world" in docker("logs", name)


def test_the_container_ends_as_the_app_does(world: World) -> None:
    with world.container(_scratch()) as name, attached(name) as client:
        client.wait_listening(PORT)
        docker("stop", "--time", "60", name)
        assert docker("inspect", "--format", "{{.State.ExitCode}}", name) == "143"
        assert docker("logs", name) == "serving one for world"


def test_an_image_with_a_stop_signal_of_its_own_ends(world: World) -> None:
    dockerfile = f"{_scratch()}STOPSIGNAL SIGWINCH\n"
    with world.container(dockerfile) as name, attached(name) as client:
        client.wait_listening(PORT)
        docker("stop", "--time", "60", name)
        assert docker("inspect", "--format", "{{.State.ExitCode}}", name) == "143"


def test_the_agent_is_process_1_and_the_app_its_child(world: World) -> None:
    with world.container(_scratch()) as name, attached(name) as client:
        client.wait_listening(PORT)
        rows = docker("top", name, "-o", "pid,ppid,args").splitlines()[1:]
        processes = {
            args: (pid, parent) for pid, parent, args in (row.split(None, 2) for row in rows)
        }
        agent = processes["/.draftpy/agent run -- /hello page"]
        assert agent[0] == docker("inspect", "--format", "{{.State.Pid}}", name)
        assert processes["/hello page"][1] == agent[0]


def test_what_listens_is_named(world: World) -> None:
    with world.container(_scratch()) as name, attached(name) as client:
        told = client.wait_listening(PORT)["listening"]
        assert [(one["port"], one["process"]) for one in told] == [(PORT, "hello")]


def test_a_folder_that_cannot_be_written_is_named(world: World) -> None:
    dockerfile = _python(user="USER 20002", start=EXEC_FORM)
    with world.container(dockerfile) as name, attached(name) as client:
        assert "permission denied" in client.facts["writable"]["/data"]
        failed = client.sync({PAGE: "two"}, wanted=Kind.ERROR)
        assert (failed["code"], failed["path"]) == ("write", PAGE)
        assert client.status()["app"]["start"] == 1


def test_a_read_only_folder_is_named(world: World) -> None:
    options = ("--read-only", "--tmpfs=/tmp")
    with world.container(_python(start=EXEC_FORM), *options) as name, attached(name) as client:
        assert "read-only file system" in client.facts["writable"]["/data"]


def test_a_full_disk_undoes_the_batch(world: World) -> None:
    with world.container(_scratch(), "--tmpfs=/data:size=64k") as name, attached(name) as client:
        client.sync({PAGE: "one", "/data/a": "old"})
        batch: dict[str, str | bytes] = {"/data/a": "new", "/data/b": b"x" * (1 << 20)}
        failed = client.sync(batch, wanted=Kind.ERROR)
        assert failed["message"] == "/data/b: no space left on device"
        assert client.list()["/data/a"]["sha256"] == hashlib.sha256(b"old").hexdigest()
        assert "/data/b" not in client.list()


def test_an_app_that_needs_more_memory_than_its_limit(world: World) -> None:
    limited = ("--memory=64m", "--memory-swap=64m")
    with world.container(_scratch(), *limited) as name, attached(name) as client:
        client.wait_listening(PORT)
        start = client.sync({PAGE: "eat"})["start"]
        ended = client.event("exited", start)
        assert (ended["signal"], ended["oom"], ended["expected"]) == ("KILL", True, False)
        memory = client.status()["memory"]
        assert memory["limit"] == 64 << 20
        assert memory["peak"] > 32 << 20
        _serve(client, "two")


def test_several_clients_hear_of_each_others_restarts(world: World) -> None:
    with world.container(_scratch()) as name, attached(name) as one, attached(name) as other:
        start = _serve(one, "two")
        other.event("started", start)


def test_a_container_that_starts_again_knows_what_was_synced(world: World) -> None:
    with world.container(_scratch()) as name:
        with attached(name) as client:
            client.sync({"/data/new": "new"})
        docker("restart", "--time", "5", name)
        with attached(name) as client:
            assert set(client.list()) == {PAGE, "/data/new"}

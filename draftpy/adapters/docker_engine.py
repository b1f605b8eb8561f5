"""The Docker SDK: the one place that talks to an engine's API."""

import socket
import time
import warnings
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import docker
import requests
import urllib3
from docker.auth import load_config, resolve_authconfig
from docker.credentials.errors import StoreError
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.types import CancellableStream

from draftpy.adapters.cancelling import never, stopping_when
from draftpy.build import BuildRequest, Cancelled, engine_unreachable
from draftpy.dev_layer import ImageConfig
from draftpy.errors import BuildFailed, DraftError, Interrupted, PublishFailed
from draftpy.events import CallMade, Reporter
from draftpy.refs import ImageRef

_TOOL = "docker engine"
_DOCKER_HUB = "docker.io"

# Progress as the engine tells it; to be closed, so that its connection ends with it.
Stream = Generator[dict[str, Any], None, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What an engine says of itself."""

    name: str
    version: str
    api: str
    os: str


class EngineRefused(DraftError):
    """The engine answered a request with an error; `status` is HTTP's."""

    def __init__(self, what: str, *, status: int, evidence: str) -> None:
        super().__init__(what, evidence=evidence)
        self.status = status


class DockerEngine:
    """One engine, found as the docker command finds it: DOCKER_HOST, else the docker context.

    It connects at the first call; every method raises EngineUnreachable. (Docker contexts and the
    default config are looked up by the SDK, which reads them from the process's own environ.)
    """

    def __init__(self, environ: Mapping[str, str], reporter: Reporter) -> None:
        self._environ = environ
        self._reporter = reporter

    @property
    def host(self) -> str:
        """DOCKER_HOST; "" if it is not set."""
        return self._environ.get("DOCKER_HOST", "")

    def ping(self) -> EngineFacts:
        """Ask what it is."""
        with self._call("ping"):
            version = self._api.version()
            name = str(self._api.info().get("Name", ""))
        return EngineFacts(
            name=name,
            version=str(version["Version"]),
            api=str(version["ApiVersion"]),
            os=str(version["Os"]),
        )

    def find_image_id(self, ref: str) -> str:
        """The id of an image; "" if the engine does not have it."""
        return str((self._find_image(ref) or {}).get("Id", ""))

    def get_image_id(self, ref: str) -> str:
        """The id of an image that was just built; raises BuildFailed."""
        image_id = self.find_image_id(ref)
        if not image_id:
            raise BuildFailed(
                f"{ref} was built but is not in the engine",
                remedy="docker buildx ls: a builder of another driver may be in use;"
                " docker buildx use default goes back to the engine's own",
            )
        return image_id

    def get_config(self, ref: str) -> ImageConfig:
        """What an image runs; raises BuildFailed if the engine does not have it."""
        found = self._find_image(ref)
        if found is None:
            raise BuildFailed(f"{ref} has gone from the engine", remedy="run it again")
        config = found.get("Config") or {}
        return ImageConfig(
            entrypoint=tuple(config.get("Entrypoint") or ()),
            cmd=tuple(config.get("Cmd") or ()),
            architecture=str(found.get("Architecture", "")),
        )

    def find_pushed_digest(self, ref: ImageRef) -> str:
        """The digest under which the engine once pushed this very image; "" if it never did."""
        digests = (self._find_image(str(ref)) or {}).get("RepoDigests") or ()
        prefix = f"{ref.name}@"
        return next((d.removeprefix(prefix) for d in digests if d.startswith(prefix)), "")

    def find_registry_digest(self, ref: ImageRef) -> str:
        """The digest that the registry has under this name now; "" if none can be seen."""
        try:
            with self._call("look into the registry"):
                found = self._api.inspect_distribution(
                    str(ref), self.find_credentials(ref.registry)
                )
        except EngineRefused:
            return ""
        return str(found.get("Descriptor", {}).get("digest", ""))

    def tag(self, ref: ImageRef, new: ImageRef) -> None:
        """Give an image a second name; raises EngineRefused."""
        with self._call("tag"):
            self._api.tag(str(ref), new.name, new.tag)

    def push(self, ref: ImageRef, is_cancelled: Cancelled = never) -> Stream:
        """Push, as a stream of progress; raises EngineRefused, PublishFailed, Interrupted."""
        credentials = self.find_credentials(ref.registry)
        with self._stream("push", is_cancelled) as api:
            yield from api.push(
                ref.name, tag=ref.tag, stream=True, decode=True, auth_config=credentials
            )

    def build(self, request: BuildRequest, tar: BinaryIO, is_cancelled: Cancelled) -> Stream:
        """Build with the classic builder, as a stream; raises EngineRefused, Interrupted."""
        with self._stream("build", is_cancelled) as api, _readable_credentials():
            yield from api.build(
                fileobj=tar,
                custom_context=True,
                dockerfile=request.dockerfile,
                tag=str(request.ref),
                target=request.target or None,
                platform=request.platform or None,
                buildargs=dict(request.build_args),
                labels=dict(request.all_labels),
                rm=True,
                forcerm=True,
                decode=True,
            )

    def close(self) -> None:
        """Give the connections back."""
        if "_api" in self.__dict__:
            self._api.close()

    @cached_property
    def _api(self) -> Any:
        return self._connect()

    def _connect(self) -> Any:
        environ = dict(self._environ)
        try:
            _check_socket(self.host)
            api = docker.DockerClient.from_env(environment=environ).api
        except (DockerException, OSError, ValueError) as error:
            raise engine_unreachable(self.host, _reason(error)) from error
        api.credstore_env = environ
        api.reload_config(self._config_path)
        return api

    @property
    def _config_path(self) -> str | None:
        folder = self._environ.get("DOCKER_CONFIG")
        return str(Path(folder) / "config.json") if folder else None

    def _find_image(self, ref: str) -> dict[str, Any] | None:
        try:
            with self._call("find image"):
                return dict(self._api.inspect_image(ref))
        except EngineRefused as error:
            if isinstance(error.__cause__, ImageNotFound | NotFound):
                return None
            raise

    def find_credentials(self, registry: str) -> dict[str, Any] | None:
        """What Docker's config holds for a registry, credential helpers included."""
        try:
            config = load_config(self._config_path, credstore_env=dict(self._environ))
            with _without_warnings():
                found = resolve_authconfig(config, registry or _DOCKER_HUB)
        except DockerException as error:
            host = registry.partition("/")[0] or _DOCKER_HUB
            raise PublishFailed(
                f"the credentials of {host} cannot be read",
                evidence=_reason(error),
                remedy=f"docker login {host}",
            ) from error
        return dict(found) if found else None

    @contextmanager
    def _call(self, action: str) -> Iterator[None]:
        """Tell the call's time, and translate its errors."""
        started = time.monotonic()
        try:
            yield
        except APIError as error:
            raise _refused(action, error) from error
        except (requests.RequestException, DockerException, urllib3.exceptions.HTTPError) as error:
            raise engine_unreachable(self.host, _reason(error)) from error
        finally:
            seconds = time.monotonic() - started
            self._reporter.report(CallMade(tool=_TOOL, action=action, seconds=seconds))

    @contextmanager
    def _stream(self, action: str, is_cancelled: Cancelled) -> Iterator[Any]:
        """A connection of its own for a long stream, closed when cancelled."""
        api = self._connect()
        answers: list[requests.Response] = []
        api.hooks["response"].append(lambda answer, **_: answers.append(answer))
        with stopping_when(is_cancelled, lambda: _cut(answers)) as was_stopped:
            try:
                with self._call(action):
                    yield api
            except (DraftError, OSError, ValueError) as error:
                if not was_stopped.is_set():
                    raise
                raise Interrupted(f"{action} was stopped") from error
            finally:
                for answer in answers:
                    answer.close()
                api.close()
        if was_stopped.is_set():
            raise Interrupted(f"{action} was stopped")


def _check_socket(host: str) -> None:
    """Raise OSError if nothing listens; the SDK would leave its own socket open then."""
    if host.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(host.removeprefix("unix://"))


@contextmanager
def _without_warnings() -> Iterator[None]:
    """The SDK also warns, on stderr, of a missing credential helper before it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


@contextmanager
def _readable_credentials() -> Iterator[None]:
    """A classic build sends the credentials of all registries along."""
    try:
        yield
    except StoreError as error:
        raise BuildFailed(
            "the credentials in Docker's config cannot be read",
            evidence=str(error),
            remedy="install the credential helper that ~/.docker/config.json names, or remove it",
        ) from error


def _cut(answers: list[requests.Response]) -> None:
    """Shut the connections down: nothing else ends a read that waits for output in a thread."""
    for answer in answers:
        with suppress(OSError, AttributeError, DockerException):
            CancellableStream(iter(()), answer).close()


def _refused(action: str, error: APIError) -> EngineRefused:
    evidence = str(error.explanation or error)
    status = error.status_code or 0
    return EngineRefused(f"the engine refused to {action}", status=status, evidence=evidence)


def _reason(error: BaseException) -> str:
    """The innermost cause, which says what happened without the wrapping of three libraries."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return str(error)

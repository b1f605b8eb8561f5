"""The base images as apps use them: built upon by Docker, run by Kubernetes without a privilege."""

import json
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcluster.cluster import exports
from devcluster.images import default_images, ensure_images
from devcluster.process import call, wait_until
from devcluster.settings import REGISTRY_PORT, folders_of

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]
FOLDERS = folders_of()
NGINX = "nginxinc/nginx-unprivileged:1.28"

# A base, and the Dockerfile of an app on it; each needs its language's package source.
APPS = {
    "pip": (
        "FROM python:3.13-slim\n"
        "RUN --mount=type=cache,target=/root/.cache/pip pip install flask==3.1.0\n"
        'CMD ["python", "-c", "import flask, os; print(os.getuid(), flask.Flask.__name__)"]\n'
    ),
    "npm": (
        "FROM node:24-slim\n"
        "WORKDIR /app\n"
        "RUN npm init -y && npm install is-number@7.0.0 && rm -r node_modules && npm ci\n"
        'CMD ["node", "-p", "`${process.getuid()} ${require(\'is-number\')(5)}`"]\n'
    ),
    "go": (
        "# syntax=docker/dockerfile:1\n"
        "FROM golang:1.26 AS build\n"
        "WORKDIR /src\n"
        "COPY --link <<EOF main.go\n"
        "package main\n"
        'import ("fmt"; "os"; "github.com/google/uuid")\n'
        "func main() { fmt.Println(os.Getuid(), uuid.Nil) }\n"
        "EOF\n"
        "RUN go mod init app && go get github.com/google/uuid@v1.6.0\n"
        "RUN CGO_ENABLED=0 go build -o /app .\n"
        "FROM gcr.io/distroless/static-debian13:nonroot\n"
        "COPY --from=build /app /app\n"
        'ENTRYPOINT ["/app"]\n'
    ),
}
SAYS = {"pip": "10001 Flask", "npm": "10001 true", "go": "10001 00000000-"}


def docker(*words: str, stdin: str | None = None) -> str:
    return call(["docker", *words], environ=exports(FOLDERS), stdin=stdin)


def kubectl(*words: str, stdin: str | None = None) -> str:
    return call([str(FOLDERS.bin / "kubectl"), *words], environ=exports(FOLDERS), stdin=stdin)


def restricted_pod(name: str, image: str) -> str:
    """A pod that Pod Security's strictest level admits, on a file system that cannot be written."""
    container = {
        "name": "app",
        "image": image,
        "imagePullPolicy": "Always",
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }
    spec = {
        "restartPolicy": "Never",
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }
    return json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec})


@pytest.fixture
def namespace() -> Iterator[str]:
    name = f"images-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    # A pod is refused until its namespace has its account.
    assert wait_until(
        lambda: "default" in kubectl("-n", name, "get", "serviceaccounts", "-o", "name"), 10
    )
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def image() -> Iterator[str]:
    name = f"localhost:{REGISTRY_PORT}/images-{uuid.uuid4().hex[:8]}:1"
    yield name
    docker("image", "rm", "--force", name)


@pytest.mark.parametrize("language", APPS)
def test_an_app_is_built_on_it_and_runs_restricted(
    language: str, namespace: str, image: str, tmp_path: Path
) -> None:
    docker("buildx", "build", "--load", "-t", image, "-f", "-", str(tmp_path), stdin=APPS[language])
    docker("push", "-q", image)
    kubectl("-n", namespace, "apply", "-f", "-", stdin=restricted_pod(language, image))
    done = "--for=jsonpath={.status.phase}=Succeeded"
    kubectl("-n", namespace, "wait", done, f"pod/{language}", "--timeout=60s")
    assert kubectl("-n", namespace, "logs", language).startswith(SAYS[language])


def test_nginx_serves_restricted(namespace: str, image: str) -> None:
    docker("tag", NGINX, image)
    docker("push", "-q", image)
    kubectl("-n", namespace, "apply", "-f", "-", stdin=restricted_pod("web", image))
    kubectl("-n", namespace, "wait", "--for=condition=Ready", "pod/web", "--timeout=60s")
    address = kubectl("-n", namespace, "get", "pod", "web", "-o", "jsonpath={.status.podIP}")
    with urllib.request.urlopen(f"http://{address}:8080", timeout=10) as answer:
        assert answer.status == 200


def test_the_classic_builder_takes_them_too(image: str, tmp_path: Path) -> None:
    dockerfile = "FROM python:3.13-slim\nRUN pip install --no-cache-dir flask==3.1.0\n"
    environ = {**exports(FOLDERS), "DOCKER_BUILDKIT": "0"}
    command = ["docker", "build", "-q", "-t", image, "-f", "-", str(tmp_path)]
    assert call(command, environ=environ, stdin=dockerfile).startswith("sha256:")


def test_images_that_are_there_are_not_made_again() -> None:
    before = [docker("images", "-q", "--no-trunc", name) for name in default_images()]
    started = time.monotonic()
    ensure_images(default_images(), FOLDERS)
    assert time.monotonic() - started < 5
    assert [docker("images", "-q", "--no-trunc", name) for name in default_images()] == before

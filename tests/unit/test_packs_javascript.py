"""What the packs of JavaScript write where no example shows it."""

import json
from pathlib import Path
from typing import Any

import yaml

from draftpy.adapters.files import DiskFiles
from draftpy.dockerfile import parse_dockerfile
from draftpy.pipelines.create import create
from draftpy.scaffold.outcome import CreateRequest
from tests.support.node_apps import EXPRESS, package
from tests.support.reporter import ListReporter
from tests.support.source import write_files


def created(root: Path, files: dict[str, str]) -> Path:
    folder = write_files(root / "app", files)
    request = CreateRequest(root=folder, user_packs=root / "none")
    create(request, DiskFiles(), ListReporter())
    return folder


def dockerfile(root: Path, files: dict[str, str]) -> str:
    text = (created(root, files) / "Dockerfile").read_text()
    parse_dockerfile(text)
    return text


def values(root: Path, files: dict[str, str]) -> Any:
    return yaml.safe_load((created(root, files) / "charts/app/values.yaml").read_text())


def test_app_that_writes_files_may(tmp_path: Path) -> None:
    files = {**package(dependencies={"multer": "2", "express": "5"}), "index.js": EXPRESS}
    written = values(tmp_path, files)["securityContext"]
    assert written["readOnlyRootFilesystem"] is False
    assert written["allowPrivilegeEscalation"] is False


def test_cache_of_a_framework_is_writable(tmp_path: Path) -> None:
    files = package(dependencies={"next": "15"}, scripts={"build": "next build"})
    assert values(tmp_path, files)["writableFolders"] == ["/tmp", "/app/.next/cache"]


def test_standalone_next_is_its_output_alone(tmp_path: Path) -> None:
    files = package(dependencies={"next": "15"}, scripts={"build": "next build"})
    text = dockerfile(tmp_path, {**files, "next.config.js": "module.exports={output:'standalone'}"})
    last = text.rpartition("FROM ")[2]
    assert "COPY --from=build --chown=10001:10001 /build/.next/standalone ./" in last
    assert "node_modules" not in last
    assert 'CMD ["node", "server.js"]' in last


def test_what_a_script_made_at_install_goes_on(tmp_path: Path) -> None:
    scripts = {"postinstall": "node make.js", "start": "node index.js"}
    files = package(dependencies={"express": "5"}, scripts=scripts)
    text = dockerfile(tmp_path, {**files, "index.js": EXPRESS})
    assert "COPY --from=build --chown=10001:10001 /build /app" in text


def test_install_script_without_packages_needs_no_stage(tmp_path: Path) -> None:
    files = package(scripts={"postinstall": "node make.js", "start": "node index.js"})
    assert dockerfile(tmp_path, {**files, "index.js": EXPRESS}).count("FROM ") == 1


def test_workspace_starts_in_the_folder_of_its_member(tmp_path: Path) -> None:
    member = {"scripts": {"start": "fastify start"}, "dependencies": {"fastify-cli": "7"}}
    files = {**package(workspaces=["api"]), "api/package.json": json.dumps(member)}
    text = dockerfile(tmp_path, files)
    assert "WORKDIR /app/api\n" in text
    assert "PATH=/app/api/node_modules/.bin:/app/node_modules/.bin:$PATH" in text


def test_site_below_a_path(tmp_path: Path) -> None:
    config = "export default { base: '/shop/' }"
    files = package(devDependencies={"vite": "6"}, scripts={"build": "vite build"})
    root = created(tmp_path, {**files, "index.html": "", "vite.config.js": config})
    text = (root / "nginx.site.conf").read_text()
    assert "rewrite ^/shop(/.*)$ $1;" in text
    assert "/index.html;" in text


def test_site_of_many_pages_has_its_own_404(tmp_path: Path) -> None:
    files = package(dependencies={"@11ty/eleventy": "3"}, scripts={"build": "eleventy"})
    text = (created(tmp_path, files) / "nginx.site.conf").read_text()
    assert "error_page 404 /404.html;" in text


def test_nginx_conf_of_the_app_stays_its_own(tmp_path: Path) -> None:
    files = package(devDependencies={"vite": "6"}, scripts={"build": "vite build"})
    root = created(tmp_path, {**files, "index.html": "", "nginx.conf": "mine"})
    assert (root / "nginx.conf").read_text() == "mine"


def test_hooks_of_git_are_dropped_before_installing(tmp_path: Path) -> None:
    files = package(dependencies={"express": "5"}, scripts={"prepare": "husky"})
    text = dockerfile(tmp_path, {**files, "index.js": EXPRESS})
    assert "RUN npm pkg delete scripts.prepare\n" in text


def test_browser_of_playwright(tmp_path: Path) -> None:
    files = package(dependencies={"express": "5", "playwright": "1.50"})
    text = dockerfile(tmp_path, {**files, "index.js": EXPRESS})
    assert "PATH=/app/node_modules/.bin:$PATH" in text
    assert "RUN playwright install --with-deps chromium" in text

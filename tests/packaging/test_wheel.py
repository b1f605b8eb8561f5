"""The wheel: what is in it, and that it works without a checkout."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]

# Building needs the build backend from the package index, so it is no unit test.
pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]


# The first bytes of a program for Linux, and where its processor stands.
ELF, PROCESSOR_AT = b"\x7fELF\x02\x01", 18
PROCESSORS = {"amd64": 62, "arm64": 183}
LARGEST_AGENT = 3_000_000


def _build(source: Path, folder: Path, environ: dict[str, str] | None = None) -> Path:
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(source)], check=True, env=environ)
    (built,) = folder.glob("draftpy-*.whl")
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(CHECKOUT, tmp_path_factory.mktemp("wheel"))


def _agents(wheel: Path) -> dict[str, bytes]:
    packed = zipfile.ZipFile(wheel)
    return {name: packed.read(f"draftpy/_agent/linux-{name}/agent") for name in PROCESSORS}


@pytest.mark.parametrize("processor", PROCESSORS)
def test_the_agent_is_inside(wheel: Path, processor: str) -> None:
    program = _agents(wheel)[processor]
    assert program.startswith(ELF)
    assert program[PROCESSOR_AT] == PROCESSORS[processor]
    assert len(program) <= LARGEST_AGENT


def test_the_agents_hash_is_known_without_running_it(wheel: Path) -> None:
    index = json.loads(zipfile.ZipFile(wheel).read("draftpy/_agent/agents.json"))
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in _agents(wheel).items()}
    assert index["sha256"] == hashes


def test_nothing_of_the_machine_is_in_the_agent(wheel: Path) -> None:
    for program in _agents(wheel).values():
        assert str(CHECKOUT).encode() not in program
        assert str(Path.home() / "go").encode() not in program


def test_a_machine_without_go_builds_the_wheel(tmp_path: Path) -> None:
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns(".*", "dist", "__pycache__", "examples")
    shutil.copytree(CHECKOUT, source, ignore=ignored)
    wheel = _build(source, tmp_path, environ={**os.environ, "PATH": _path_without_go()})
    sizes = {name: len(content) for name, content in _agents(wheel).items()}
    assert max(sizes.values()) <= LARGEST_AGENT, sizes


def _path_without_go() -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    kept = [folder for folder in folders if not (Path(folder) / "go").exists()]
    assert shutil.which("go", path=os.pathsep.join(kept)) is None
    return os.pathsep.join(kept)


def test_packs_and_templates_are_inside(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "draftpy/_assets/packs/python/pack.yaml",
        "draftpy/_assets/packs/python/Dockerfile.j2",
        "draftpy/_assets/templates/chart/Chart.yaml",
        "draftpy/_assets/templates/draft.yaml.j2",
    ):
        assert wanted in names
    assert not [name for name in names if name.startswith(("tests/", "devcluster/", "examples/"))]


def test_an_installed_draftpy_creates(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv/bin/python"
    where = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    site = Path(where.strip())
    # The dependencies are this environment's; the package itself comes from the wheel alone.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    zipfile.ZipFile(wheel).extractall(site)
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text(
        "from http.server import HTTPServer, SimpleHTTPRequestHandler as H\n"
        'HTTPServer(("", 8000), H).serve_forever()\n'
    )
    done = subprocess.run(
        [python, "-m", "draftpy", "create", "app"], cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "app/charts/app/Chart.yaml").exists()
    found = subprocess.check_output(
        [python, "-c", "import draftpy; print(draftpy.__file__)"], cwd=tmp_path, text=True
    )
    assert Path(found.strip()).is_relative_to(site)

"""The wheel: what is in it, and that it works without a checkout."""

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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(CHECKOUT)], check=True)
    (built,) = folder.glob("draftpy-*.whl")
    return built


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

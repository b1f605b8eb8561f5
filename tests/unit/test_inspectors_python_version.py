from pathlib import Path

import pytest

from tests.support.python_facts import problems_of, python_facts, value_of

APP = {"app.py": "from flask import Flask\napp = Flask('x')\n"}


def place_of(root: Path, files: dict[str, str]) -> str:
    fact = python_facts(root, files).find("python.version")
    return fact.evidence.place if fact and fact.evidence else ""


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({".python-version": "3.12.4\n"}, "3.12"),
        ({".python-version": "cpython-3.12.4\n"}, "3.12"),
        ({".tool-versions": "nodejs 22\npython 3.11.9 3.12\n"}, "3.11"),
        ({"mise.toml": '[tools]\npython = "3.12"\n'}, "3.12"),
        ({"runtime.txt": "python-3.11.6\n"}, "3.11"),
        ({"Pipfile": "[packages]\n[requires]\npython_version = '3.12'\n"}, "3.12"),
        ({"Pipfile": "[packages]\n[requires]\npython_full_version = '3.12.1'\n"}, "3.12"),
        ({"pyproject.toml": "[project]\nname='x'\nrequires-python='>=3.14'\n"}, "3.14"),
        ({"pyproject.toml": "[project]\nname='x'\nrequires-python='>=3.15'\n"}, "3.15"),
        ({"pyproject.toml": "[tool.poetry.dependencies]\npython='^3.9'\n"}, "3.13"),
        ({"pyproject.toml": "[tool.poetry.dependencies]\npython='~3.11'\n"}, "3.11"),
        ({"pyproject.toml": "[tool.poetry.dependencies]\npython='>=3.9,<=3.12'\n"}, "3.12"),
        ({"setup.cfg": "[metadata]\nname=x\n[options]\npython_requires=<3.12\n"}, "3.11"),
        ({"environment.yml": "dependencies:\n- python=3.12\n- flask\n"}, "3.12"),
        ({"environment.yml": "dependencies:\n- python>=3.9,<3.12\n- flask\n"}, "3.11"),
        ({".python-version": "3\n"}, "3.13"),
        ({".python-version": "3.12.4/envs/shop\n"}, "3.12"),
        ({}, "3.13"),
    ],
)
def test_who_says_the_version(tmp_path: Path, files: dict[str, str], version: str) -> None:
    assert value_of(tmp_path, {**APP, **files}, "version") == version


@pytest.mark.parametrize(
    ("pin", "version"),
    [
        ("numpy==1.24.3", "3.11"),
        ("numpy==1.26.4", "3.12"),
        ("numpy==2.2.0", "3.13"),
        ("numpy>=1.24", "3.13"),
        ("pandas==1.5.3", "3.11"),
        ("Django==3.2.25", "3.11"),
        ("django==4.1", "3.12"),
        ("SQLAlchemy==2.0.20", "3.12"),
        ("SQLAlchemy==1.4.50", "3.13"),
        ("pydantic==2.5.0", "3.12"),
        ("pydantic==1.10.2", "3.13"),
        ("torch==2.1.0", "3.11"),
    ],
)
def test_old_pin_holds_the_version_back(tmp_path: Path, pin: str, version: str) -> None:
    files = {**APP, "requirements.txt": f"flask\n{pin}\n"}
    assert value_of(tmp_path, files, "version") == version
    assert place_of(tmp_path, files) == ("" if version == "3.13" else "requirements.txt:2")


def test_pin_narrows_a_range_too(tmp_path: Path) -> None:
    pyproject = "[project]\nname='x'\nrequires-python='>=3.9'\ndependencies=['numpy==1.26.0']\n"
    assert value_of(tmp_path, {**APP, "pyproject.toml": pyproject}, "version") == "3.12"


def test_pin_does_not_move_an_exact_version(tmp_path: Path) -> None:
    files = {**APP, ".python-version": "3.13\n", "requirements.txt": "numpy==1.26.0\n"}
    assert value_of(tmp_path, files, "version") == "3.13"


def test_version_that_does_not_exist_is_told(tmp_path: Path) -> None:
    files = {**APP, "pyproject.toml": "[project]\nname='x'\nrequires-python='>=4'\n"}
    assert problems_of(tmp_path, files) == [
        "pyproject.toml:3 no known Python is '>=4'; 3.13 is used"
    ]


def test_virtual_environment_of_pyenv_is_no_version(tmp_path: Path) -> None:
    files = {**APP, ".python-version": "my-project\n", "runtime.txt": "python-3.12.1\n"}
    assert value_of(tmp_path, files, "version") == "3.12"

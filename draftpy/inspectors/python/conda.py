"""environment.yml of conda → the same packages by their names on the Python index."""

import re
from typing import Any

import yaml

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.inspectors.python.requirements import Reading

FILES = ("environment.yml", "environment.yaml")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What conda calls otherwise; None is no Python package.
_NAMES: dict[str, str | None] = {
    "pytorch": "torch",
    "opencv": "opencv-python-headless",
    "py-opencv": "opencv-python-headless",
    "pytables": "tables",
    "tensorflow-gpu": "tensorflow",
    "faiss": "faiss-cpu",
    "py-xgboost": "xgboost",
    "msgpack-python": "msgpack",
    "protobuf": "protobuf",
    **dict.fromkeys(
        ("python", "pip", "nodejs", "ffmpeg", "gcc", "gxx", "make", "mkl", "openssl", "git")
    ),
    **dict.fromkeys(("cudatoolkit", "libgdal", "compilers", "conda", "jupyter", "notebook")),
    **dict.fromkeys(("postgresql", "redis", "redis-server", "r-base", "wheel", "blas", "nomkl")),
}
_ENTRY = re.compile(r"(?:[\w.-]+::)?([\w.-]+)\s*(.*)")


def read_conda(read: Reading) -> tuple[str, ...]:
    """The requirements that an environment file lists; noted in `read` as well."""
    file = next((name for name in FILES if read.tree.has(name)), "")
    text = read.tree.find_text(file) if file else None
    if text is None:
        return ()
    try:
        doc = yaml.load(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError) as error:
        what = f"not valid YAML: {str(error).splitlines()[0]}"
        read.problems.append(Problem(file=file, what=what, remedy=f"mend {file}"))
        return ()
    listed = doc.get("dependencies") if isinstance(doc, dict) else None
    entries = listed if isinstance(listed, list) else []
    found = [name for entry in entries for name in _requirements(entry)]
    for requirement in found:
        line = text.count("\n", 0, max(text.find(re.split(r"[=<>~\[ ]", requirement)[0]), 0)) + 1
        read.add(requirement, Evidence(file=file, line=line, text=requirement))
    return tuple(found)


def find_conda_python(read: Reading) -> tuple[str, str]:
    """The file and what it says about Python: `python=3.11` → 3.11."""
    for file in FILES:
        text = read.tree.find_text(file) or ""
        match = re.search(r"(?m)^\s*-\s*python\s*([=<>!~].*?)\s*$", text)
        if match:
            return file, re.sub(r"^=(?=\d)", "", match[1])
    return "", ""


def _requirements(entry: object) -> list[str]:
    if isinstance(entry, dict):
        listed = entry.get("pip")
        lines = listed if isinstance(listed, list) else []
        return [str(line) for line in lines if not str(line).startswith(("-", ".", "/"))]
    match = _ENTRY.fullmatch(str(entry).strip())
    if match is None:
        return []
    name = _NAMES.get(match[1].lower(), match[1])
    return [f"{name}{_specifier(match[2])}"] if name else []


def _specifier(text: str) -> str:
    """`==1.2.*` for conda's `=1.2`, without the build after a second `=`."""
    single = re.fullmatch(r"=(\d[\w.]*)(?:=\S+)?", text.strip())
    if single:
        return f"=={single[1]}.*"
    return text.strip() if re.match(r"[<>!~]=?|==", text.strip()) else ""

"""Where the real engine puts each file, against where the sync rules say that it lies."""

import os
import subprocess
from pathlib import Path

import pytest

from draftpy.dev_settings import DevSettings
from draftpy.dockerfile import parse_dockerfile
from draftpy.sync_rules import Place, Rebuild, derive_rules
from tests.support.contexts import write_tree
from tests.support.real_engine import BASE_IMAGE

pytestmark = pytest.mark.engine

# Each file holds its own path, so that it is known wherever it lies.
FILES = (
    *("b.py", "c.py", "b1.py", "b.md", "a b.py", "a/b.py", "a/c/b.py", "a/c/d.txt", "lib/b.py"),
    *("src/a/b.py", "src/b.py", "src2/a/b.py", "srcs/b.py", "run.sh", "over/c.py", "conf/live.py"),
)
COPIES = (
    *("COPY . /app", "COPY . .", "COPY ./ ./web/", "COPY src /app", "COPY src/ /app/"),
    *("COPY src lib /app/", "COPY b.py /app/", "COPY b.py /app/main.py", "COPY b.py ."),
    *("COPY b.py /srv", "COPY b.py ..", "COPY b.py /new", "COPY b.py ./x/../y"),
    *("COPY c.py /new/\nCOPY b.py /new", "COPY a/b.py c.py /new/", "COPY *.py /app/"),
    *("COPY */b.py /app/", "COPY [ab]?.py /app/", "COPY src* /app/", "COPY **/b.py /app/"),
    *('COPY ["a b.py", "/app/"]', "COPY a /app/x\nCOPY src /app/x/c", "COPY /src/b.py /app/"),
    *("ARG D=/opt/x\nENV E=$D/y\nCOPY . ${E}/z", "ADD . /app", "COPY a/. /app", "COPY a/c b.py x/"),
    *("COPY . /app\nCOPY conf/live.py /app/c.py", "COPY . /app\nCOPY over /app"),
    *("COPY b.py /deep/er/one\nCOPY c.py /deep/er", "COPY a ./a\nCOPY c.py a"),
    *("WORKDIR sub\nCOPY b.py .\nWORKDIR ../up\nCOPY c.py .", "COPY ?.py /app/"),
)
RUNS = (
    "COPY . .\nRUN rm -rf a *.md && chmod +x run.sh",
    "RUN mkdir -p /srv/new/deep\nCOPY b.py new",
    "COPY . .\nRUN chmod -R 750 /srv && chmod 0600 b.py",
    "COPY . .\nRUN find . -name '*.md' -delete && find src -type f -exec chmod 640 {} \\;",
    "COPY --chown=7:8 . .\nRUN cd a && rm -r c && cd .. && chmod u=rwx,g=u,o= c.py",
)


def stage_of(lines: str, base: str) -> str:
    return f"FROM {base}\nWORKDIR /srv\n{lines}\n"


def build(root: Path, base: str, cases: tuple[str, ...]) -> Path:
    """Build each case as a stage; the file systems' interesting folders, one below the other."""
    text = "".join(
        stage_of(lines, base).replace("\n", f" AS c{number}\n", 1)
        for number, lines in enumerate(cases)
    )
    folder = "/" if base == "scratch" else "/srv"
    text += "FROM scratch\n"
    text += "".join(f"COPY --from=c{n} {folder} /c{n}{folder}\n" for n in range(len(cases)))
    context = write_tree(root / "context", {path: path for path in FILES})
    (root / "Dockerfile").write_text(text)
    output = f"type=local,dest={root / 'out'}"
    command = ("docker", "buildx", "build", "-f", str(root / "Dockerfile"), "-o", output)
    subprocess.run((*command, str(context)), check=True, capture_output=True, timeout=300)
    return root / "out"


def found_in(top: Path) -> dict[str, dict[str, int]]:
    """For each file of the context, the places where it lies with its permission bits there."""
    found: dict[str, dict[str, int]] = {path: {} for path in FILES}
    for folder, _, names in os.walk(top):
        for name in names:
            file = Path(folder) / name
            text = file.read_text(encoding="utf-8", errors="replace")
            if text in found:
                place = f"/{file.relative_to(top).as_posix()}"
                found[text][place] = file.stat().st_mode & 0o777
    return found


def told_by_rules(lines: str, base: str) -> dict[str, dict[str, int] | None]:
    """The same, as the rules say it; None where they say that it takes a new image."""
    dockerfile = parse_dockerfile(stage_of(lines, base))
    rules = derive_rules(dockerfile, DevSettings(), has_file=FILES.__contains__)
    told: dict[str, dict[str, int] | None] = {}
    for path in FILES:
        match rules.find_place(path):
            case Place() as place:
                told[path] = {place.target: place.mode_of(0o644)}
            case Rebuild():
                told[path] = None
            case _:
                told[path] = {}
    return told


@pytest.mark.parametrize(
    ("base", "cases"), [("scratch", COPIES), (BASE_IMAGE, RUNS)], ids=["copies", "runs"]
)
def test_files_lie_where_the_rules_say(base: str, cases: tuple[str, ...], tmp_path: Path) -> None:
    out = build(tmp_path, base, cases)
    for number, lines in enumerate(cases):
        found = found_in(out / f"c{number}")
        told = told_by_rules(lines, base)
        sure = {path: places for path, places in told.items() if places is not None}
        assert sure == {path: found[path] for path in sure}, lines

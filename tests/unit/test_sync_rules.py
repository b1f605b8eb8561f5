from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from draftpy.dev_settings import DevSettings
from draftpy.dockerfile import parse_dockerfile
from draftpy.errors import DockerfileInvalid
from draftpy.sync_rules import Place, Rebuild, SyncRules, Unused, derive_rules

DEV = DevSettings()


def rules(text: str, dev: DevSettings = DEV, files: Iterable[str] = ()) -> SyncRules:
    known = frozenset(files)
    return derive_rules(parse_dockerfile(text), dev, has_file=known.__contains__)


def place(text: str, path: str, dev: DevSettings = DEV, files: Iterable[str] = ()) -> str:
    """The target, or "" for a path that is not used; a rebuild shows as its reason."""
    found = rules(text, dev, files).find_place(path)
    match found:
        case Place():
            return found.target
        case Rebuild():
            return f"rebuild: {found.reason}"
        case Unused():
            return ""


DESTINATIONS = [
    ("COPY . /app", "a/b.py", "/app/a/b.py"),
    ("COPY . .", "b.py", "/srv/b.py"),
    ("COPY ./ ./web/", "b.py", "/srv/web/b.py"),
    ("COPY src /app", "src/a/b.py", "/app/a/b.py"),
    ("COPY src/ /app/", "src/b.py", "/app/b.py"),
    ("COPY src /app", "srcs/b.py", ""),
    ("COPY src lib /app/", "lib/b.py", "/app/b.py"),
    ("COPY b.py /app/", "b.py", "/app/b.py"),
    ("COPY b.py /app/main.py", "b.py", "/app/main.py"),
    ("COPY b.py .", "b.py", "/srv/b.py"),
    ("COPY b.py /srv", "b.py", "/srv/b.py"),
    ("COPY b.py /etc", "b.py", "/etc/b.py"),
    ("COPY b.py ..", "b.py", "/b.py"),
    ("COPY b.py /new", "b.py", "/new"),
    ("RUN mkdir -p /new/deep\nCOPY b.py /new", "b.py", "/new/b.py"),
    ("COPY c.py /new/\nCOPY b.py /new", "b.py", "/new/b.py"),
    ("COPY a/b.py c.py /new/", "a/b.py", "/new/b.py"),
    ("COPY *.py /app/", "b.py", "/app/b.py"),
    ("COPY *.py /app/", "a/b.py", ""),
    ("COPY [ab]?.py /app/", "b1.py", "/app/b1.py"),
    ("COPY src* /app/", "src2", "/app/src2"),
    ("COPY **/b.py /app/", "a/c/b.py", ""),
    ('COPY ["a b.py", "/app/"]', "a b.py", "/app/a b.py"),
    ("COPY --parents a/c/b.py /app/", "a/c/b.py", "/app/a/c/b.py"),
    ("COPY --parents a/./c/*.py /app/", "a/c/b.py", "/app/c/b.py"),
    ("COPY --exclude=*.md . /app", "b.md", ""),
    ("COPY --exclude=*.md . /app", "b.py", "/app/b.py"),
    ("COPY --link --chown=1:2 . /app", "b.py", "/app/b.py"),
    ("ADD . /app", "b.py", "/app/b.py"),
    ("ARG D=/opt/x\nENV E=$D/y\nCOPY . ${E}/z", "b.py", "/opt/x/y/z/b.py"),
    ("COPY --from=ghcr.io/x/uv /b.py /app/", "b.py", ""),
    ("COPY /src/b.py /app/", "src/b.py", "/app/b.py"),
]


@pytest.mark.parametrize(("lines", "path", "target"), DESTINATIONS)
def test_where_a_copy_puts_a_file(lines: str, path: str, target: str) -> None:
    assert place(f"FROM a\nWORKDIR /srv\n{lines}\n", path) == target


def test_owner_and_mode_are_told() -> None:
    text = "FROM a\nCOPY --chown=7:8 --chmod=700 a b /x/\nRUN chmod g+x /x/a && chown 1 /x\n"
    found = rules(text).find_place("a")
    assert found == Place(target="/x/a", owner="7:8", mode_changes=("700", "g+x"))
    assert isinstance(found, Place)
    assert found.mode_of(0o644) == 0o710


def test_an_archive_that_add_unpacks_needs_a_rebuild() -> None:
    assert place("FROM a\nADD x.tar.gz /app/\n", "x.tar.gz") == (
        "rebuild: an ADD unpacks it (Dockerfile:2)"
    )
    assert place("FROM a\nCOPY x.tar.gz /app/\n", "x.tar.gz") == "/app/x.tar.gz"


def test_a_relative_copy_without_workdir_cannot_be_placed() -> None:
    reason = "rebuild: no WORKDIR says where the COPY puts it (Dockerfile:2)"
    assert place("FROM php:apache\nCOPY . .\n", "a.php") == reason
    assert place("FROM scratch\nCOPY . .\n", "a") == "/a"
    assert place("FROM a AS b\nWORKDIR /x\nFROM b\nCOPY . .\n", "a") == "/x/a"
    assert rules("FROM php:apache\nCOPY . .\n").roots == ()
    dev = DevSettings(sync=("src:lib",))
    assert "a WORKDIR that is not known" in place("FROM php:apache\n", "src/a.php", dev)


def test_the_dockerfile_and_its_ignore_file_make_the_image() -> None:
    for path in ("Dockerfile", ".dockerignore", "Dockerfile.dockerignore"):
        assert "the image is made by it" in place("FROM a\nCOPY . /app\n", path)


def test_a_later_copy_wins_where_it_brings_another_file() -> None:
    text = "FROM a\nCOPY . /app\nCOPY conf/live.py /app/conf.py\nCOPY over/ /app/\n"
    files = ("conf.py", "conf/live.py", "over/a.py", "a.py", "b.py")
    assert place(text, "conf.py", files=files) == ""
    assert place(text, "a.py", files=files) == ""
    assert place(text, "b.py", files=files) == "/app/b.py"
    assert "two places" in place(text, "over/a.py", files=files)


def test_a_later_source_of_one_copy_wins() -> None:
    text = "FROM a\nCOPY src lib /app/\n"
    files = ("src/a.py", "src/b.py", "lib/a.py")
    assert place(text, "src/a.py", files=files) == ""
    assert place(text, "src/b.py", files=files) == "/app/b.py"
    assert place(text, "lib/a.py", files=files) == "/app/a.py"


@pytest.mark.parametrize("pattern", ["src*", "*/a.py"])
def test_a_pattern_of_folders_may_bring_another_file(pattern: str) -> None:
    reason = "the pattern of a COPY may bring another file in its place (Dockerfile:2)"
    assert place(f"FROM a\nCOPY {pattern} /app/\n", "src/a.py") == f"rebuild: {reason}"


def test_a_text_in_the_dockerfile_wins_too() -> None:
    text = "FROM a\nCOPY . /app\nCOPY <<EOF /app/a.py\nx = 1\nEOF\n"
    assert place(text, "a.py") == ""
    assert place(text, "b.py") == "/app/b.py"


def test_a_stages_folder_laid_over_files_may_replace_them() -> None:
    text = "FROM a AS b\nFROM a\nCOPY . /app\nCOPY --from=b /out /app/dist\n"
    assert place(text, "main.py") == "/app/main.py"
    assert "may lay another file over it (Dockerfile:4)" in place(text, "dist/x.js")


def test_a_stages_file_replaces_the_file_of_its_name_only() -> None:
    text = "FROM a AS b\nFROM a\nCOPY . /app\nCOPY --from=b /out/x.jar /app/\n"
    assert place(text, "main.py") == "/app/main.py"


def test_a_file_copied_on_from_another_stage_unchanged() -> None:
    text = "FROM a AS src\nWORKDIR /s\nCOPY lib lib\nFROM a\nCOPY --from=src /s/lib /app/lib\n"
    assert place(text, "lib/a.py") == "/app/lib/a.py"
    assert place(text, "main.py") == ""


def test_what_another_stage_builds_from_a_file_needs_a_rebuild() -> None:
    text = (
        "FROM a AS build\nCOPY . /src\nRUN npm run build\n"
        "FROM a\nCOPY --from=build /src/dist /app\n"
    )
    assert place(text, "a.ts") == "rebuild: RUN npm run build uses it (Dockerfile:3)"


def test_a_stage_that_the_target_does_not_need_does_not_count() -> None:
    text = "FROM a AS tests\nCOPY . /t\nRUN make test\nFROM a\nCOPY app /app\n"
    assert place(text, "app/a.py") == "/app/a.py"
    assert place(text, "tests/a.py") == ""


def test_the_target_of_dev_goes_before_the_environments() -> None:
    text = "FROM a AS one\nCOPY . /one\nFROM a AS two\nCOPY . /two\nFROM a\nCOPY . /three\n"
    parsed = parse_dockerfile(text)
    derived = derive_rules(parsed, DEV, has_file=lambda _: False, target="two")
    assert derived.roots == ("/two",)
    assert rules(text, DevSettings(target="one")).roots == ("/one",)
    assert rules(text).roots == ("/three",)


def test_a_file_used_before_it_is_copied_again_needs_a_rebuild() -> None:
    text = "FROM a\nWORKDIR /app\nCOPY go.mod ./\nRUN go mod download\nCOPY . .\n"
    assert place(text, "go.mod") == "rebuild: RUN go mod download installs it (Dockerfile:4)"
    assert place(text, "a.go") == "/app/a.go"


def test_installing_after_everything_was_copied_uses_the_manifests_alone() -> None:
    text = "FROM a\nWORKDIR /app\nCOPY . .\nRUN npm ci --omit=dev\n"
    assert "installs it (Dockerfile:4)" in place(text, "package.json")
    assert place(text, "index.js") == "/app/index.js"


def test_a_bind_mount_shows_files_to_its_run() -> None:
    bind = "--mount=type=bind,source=uv.lock,target=uv.lock"
    text = f"FROM a\nWORKDIR /app\nRUN {bind} uv sync --frozen\nCOPY . .\n"
    assert "installs it (Dockerfile:3)" in place(text, "uv.lock")
    assert place(text, "main.py") == "/app/main.py"
    whole = "FROM a\nWORKDIR /app\nRUN --mount=target=. make -C x\nCOPY . .\n"
    assert "RUN make -C x uses it" in place(whole, "main.py")
    cache = "FROM a\nWORKDIR /app\nRUN --mount=type=cache,target=/c make x\nCOPY . .\n"
    assert place(cache, "main.py") == "/app/main.py"


def test_a_bind_mount_of_another_stage() -> None:
    text = (
        "FROM a AS web\nCOPY web /w\nRUN npm run build\n"
        "FROM a\nCOPY . /app\nRUN --mount=from=web,source=/w,target=/w true\n"
    )
    assert "RUN npm run build uses it (Dockerfile:3)" in place(text, "web/a.ts")
    assert place(text, "main.py") == "/app/main.py"


def test_a_removed_file_is_not_in_the_image() -> None:
    text = "FROM a\nWORKDIR /app\nCOPY . .\nRUN rm -rf tests *.md\n"
    assert place(text, "tests/a.py") == ""
    assert place(text, "README.md") == ""
    assert place(text, "a/b.md") == "/app/a/b.md"


def test_dev_build_does_again_what_runs_did_after_the_last_copy() -> None:
    text = "FROM a\nWORKDIR /app\nCOPY go.mod ./\nRUN go mod download\nCOPY . .\nRUN go build .\n"
    dev = DevSettings(build=("go", "build", "."))
    assert "RUN go build . uses it" in place(text, "a.go")
    assert place(text, "a.go", dev) == "/app/a.go"
    assert "RUN go mod download installs it" in place(text, "go.mod", dev)


def test_dev_build_does_not_install() -> None:
    text = "FROM a\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n"
    dev = DevSettings(build=("npm", "run", "build"))
    assert place(text, "a.ts", dev) == "/app/a.ts"
    assert "installs it" in place(text, "package-lock.json", dev)


def test_dev_sync_goes_before_the_copies() -> None:
    text = "FROM a\nWORKDIR /app\nCOPY . .\nRUN npm run build\n"
    dev = DevSettings(sync=("src:lib", "views/*.html:/site/", "a.js:/x/b.js", "a.js:/y/b.js"))
    assert place(text, "src/a.js", dev) == "/app/lib/a.js"
    assert place(text, "views/a.html", dev) == "/site/a.html"
    assert place(text, "a.js", dev) == "/y/b.js"
    assert "rebuild" in place(text, "b.js", dev)


def test_dev_rebuild_goes_before_all() -> None:
    dev = DevSettings(sync=(".:/app",), rebuild=("*.lock", "conf/x", "gen/"))
    for path in ("a.lock", "b/a.lock", "conf/x", "conf/x/y", "gen/a", "b/gen/a"):
        assert "dev.rebuild in draft.yaml names it" in place("FROM a\n", path, dev)
    assert place("FROM a\n", "b/conf/x", dev) == "/app/b/conf/x"


def test_sync_false_rebuilds_always() -> None:
    dev = DevSettings(sync_off=True)
    assert "dev.sync in draft.yaml is false" in place("FROM a\nCOPY . /app\n", "a", dev)


ODD = [
    ("FROM a\nCOPY [ /app/\n", DEV, "a pattern of a COPY is broken"),
    ("FROM a\nCOPY [a- /app/\n", DEV, "a pattern of a COPY is broken"),
    ("FROM a\nCOPY . /app\n", DevSettings(target="dev"), "has no stage 'dev'"),
    ("FROM a\nCOPY . /app\n", DevSettings(sync=("[a:/b",)), "a pattern of a COPY is broken"),
]


@pytest.mark.parametrize(("text", "dev", "reason"), ODD)
def test_what_is_odd_rebuilds_and_says_why(text: str, dev: DevSettings, reason: str) -> None:
    derived = rules(text, dev)
    assert reason in derived.refusal
    assert derived.find_place("a") == Rebuild(reason=derived.refusal)
    assert derived.roots == ()


def test_roots_are_the_folders_synced_into() -> None:
    text = (
        "FROM a AS src\nCOPY lib /s/lib\nFROM a\nWORKDIR /app\nCOPY . .\nCOPY x ./x\n"
        "COPY nginx.conf /etc/nginx/nginx.conf\nCOPY --from=src /s/lib /usr/lib/own\n"
    )
    assert rules(text, files=["nginx.conf"]).roots == (
        *("/app", "/app/x", "/etc/nginx", "/usr/lib/own"),
    )


def test_a_long_command_is_shortened_in_its_reason() -> None:
    assert len(place(f"FROM a\nCOPY . /app\nRUN make {'x' * 99}\n", "a")) < 90


names = st.text(alphabet="ab.", min_size=1, max_size=3).filter(lambda n: n.strip("."))
paths = st.lists(names, min_size=1, max_size=3).map("/".join)


@given(path=paths, source=st.sampled_from([".", "a", "a/", "b/a"]), folder=paths)
def test_a_placed_file_stays_below_its_destination(path: str, source: str, folder: str) -> None:
    target = place(f"FROM a\nCOPY {source} /d/{folder}/\n", path)
    assert target == "" or target.startswith(f"/d/{folder}/")


@given(path=paths)
def test_a_copy_of_all_keeps_every_path(path: str) -> None:
    assert place("FROM a\nCOPY . /app\n", path) == f"/app/{path}"


@given(text=st.text(alphabet="COPYADRUN./ab*[]-=<>\"'\\$(){}\n ", max_size=80), path=paths)
def test_no_dockerfile_makes_it_fail(text: str, path: str) -> None:
    try:
        parsed = parse_dockerfile(f"FROM a\nWORKDIR /w\nRUN {text or 'x'}\nCOPY a {text or 'b'}\n")
    except DockerfileInvalid:
        return
    derived = derive_rules(parsed, DEV, has_file=lambda _: True)
    assert derived.find_place(path) is not None

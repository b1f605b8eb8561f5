import re
from pathlib import Path

import pytest

from draftpy.inspectors.code_files import CodeFile, strip_comments
from draftpy.inspectors.listening import Dialect, Listening, find_listening, is_port_name
from draftpy.inspectors.read_paths import find_read_paths
from tests.support.source import make_source

DIALECT = Dialect(
    reads=re.compile(r"env\(\"(\w+)\""),
    listens=re.compile(r"listen"),
    ports=(re.compile(r"\"[\w.]*:(?P<port>\d+)\""),),
)


def listening(*codes: str) -> Listening:
    files = [CodeFile(path=f"{number}.x", code=code) for number, code in enumerate(codes)]
    return find_listening(files, DIALECT)


@pytest.mark.parametrize(
    ("name", "is_own"),
    [
        ("PORT", True),
        ("HTTP_PORT", True),
        ("SHOP_SERVER_PORT", True),
        ("DB_PORT", False),
        ("REDIS_PORT", False),
        ("METRICS_PORT", False),
        ("SUPPORT", False),
        ("PGPORT", False),
    ],
)
def test_name_of_the_own_port(name: str, is_own: bool) -> None:
    assert is_port_name(name) is is_own


def test_variable_goes_before_a_literal() -> None:
    found = listening('listen(":3000")', 'env("PORT")')
    assert (found.port, found.variable) == (8080, "PORT")


def test_plain_port_goes_before_longer_names() -> None:
    assert listening('env("APP_PORT") env("PORT")').variable == "PORT"


def test_port_of_a_database_is_not_the_apps() -> None:
    assert listening('listen("db:5432") ":3000"').port == 3000


def test_file_that_does_not_listen_says_nothing() -> None:
    assert listening('connect("there:3000")').port == 0


def test_address_in_a_variable() -> None:
    found = listening('env("LISTEN_ADDR", "127.0.0.1:3000")')
    assert found.environ == ("LISTEN_ADDR=0.0.0.0:{port}",)
    assert found.port == 8080


def test_host_of_loopback_is_opened() -> None:
    found = listening('env("HOST", "127.0.0.1") env("PORT")')
    assert found.environ == ("HOST=0.0.0.0",)


def test_host_of_a_database_is_left_alone() -> None:
    assert listening('env("DB_HOST", "localhost") env("PORT")').environ == ()


def test_literal_loopback_is_a_problem() -> None:
    problem = listening('x\nlisten("localhost:3000")').problem
    assert problem
    assert problem.place == "0.x:2"


def test_nothing_known_is_a_guess() -> None:
    keys = {fact.key: fact.value for fact in listening("listen()").facts("x")}
    assert keys == {"x.port": 8080, "x.port_variable": "PORT"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('a // b\n"// c"', 'a \n"// c"'),
        ("a /* b\nc */ d", "a \n d"),
        ("fn f<'a>(x: &'a str) // b", "fn f<'a>(x: &'a str) "),
        ("'\"' // b", "'\"' "),
    ],
)
def test_comments_go_and_lines_stay(text: str, code: str) -> None:
    assert strip_comments(text) == code


def test_paths_that_are_read(tmp_path: Path) -> None:
    tree = make_source(
        tmp_path,
        {"templates/a.html": "", "static/b.css": "", "data/c": "", "conf.yml": "", "src/x": ""},
    )
    code = 'open("templates/*.html") open("./conf.yml") route("/static/") open("data/gone") "src/x"'
    files = [CodeFile(path="m.x", code=code)]
    assert find_read_paths(tree, files) == ("conf.yml", "templates")

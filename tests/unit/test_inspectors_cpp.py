from pathlib import Path

import pytest

from draftpy.inspectors.facts import Facts
from tests.support.source import facts_of

MAIN = "int main() { return 0; }\n"
SERVER = "int main() {\n  listen(fd, 1); htons(7070);\n}\n"
PROJECT = "project(shop)\n"


def of(tmp_path: Path, files: dict[str, str]) -> Facts:
    return facts_of(tmp_path, {"src/main.cpp": MAIN, **files})


@pytest.mark.parametrize(
    ("text", "program", "product"),
    [
        ("project(shop)\nadd_executable(shopd src/main.cpp)\n", "shopd", "build/shopd"),
        ("project(shop)\nadd_executable(${PROJECT_NAME} m.cpp)\n", "shop", "build/shop"),
        ("set(BIN run) # note\nadd_executable( ${BIN}\n m.cpp )\n", "run", "build/run"),
        (
            "add_executable(a m.cpp)\nset_target_properties(a PROPERTIES OUTPUT_NAME b)\n",
            "b",
            "build/b",
        ),
        ("add_executable(shop_test t.cpp)\nadd_executable(x m.cpp)\n", "x", "build/x"),
        ("add_executable(cli c.cpp)\nadd_executable(server s.cpp)\n", "server", "build/server"),
        ("# add_executable(no m.cpp)\nadd_executable(yes m.cpp)\n", "yes", "build/yes"),
    ],
)
def test_program_of_cmake(tmp_path: Path, text: str, program: str, product: str) -> None:
    facts = of(tmp_path, {"CMakeLists.txt": text})
    assert facts.find_value("cpp.program") == program
    assert facts.find_value("cpp.product") == product


def test_program_of_a_sub_folder(tmp_path: Path) -> None:
    files = {
        "CMakeLists.txt": "project(x)\nadd_subdirectory(app)\n",
        "app/CMakeLists.txt": "add_executable(shop m.cpp)\n",
    }
    assert of(tmp_path, files).find_value("cpp.product") == "build/app/shop"


def test_program_that_is_moved_is_searched_for(tmp_path: Path) -> None:
    text = "set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)\nadd_executable(a m.cpp)\n"
    assert "find ." in str(of(tmp_path, {"CMakeLists.txt": text}).find_value("cpp.product"))


def test_packages_of_cmake(tmp_path: Path) -> None:
    text = (
        "find_package(OpenSSL REQUIRED)\nfind_package(Boost 1.74 COMPONENTS system json)\n"
        "pkg_check_modules(PQ REQUIRED libpq>=12)\nadd_executable(a m.cpp)\n"
    )
    packages = of(tmp_path, {"CMakeLists.txt": text}).find_value("cpp.build_packages")
    assert isinstance(packages, tuple)
    wanted = {"libssl-dev", "libboost-dev", "libboost-json-dev", "libboost-system-dev", "libpq-dev"}
    assert wanted <= {*packages}


def test_fetched_content_needs_git(tmp_path: Path) -> None:
    text = "FetchContent_Declare(crow GIT_REPOSITORY x)\nadd_executable(a m.cpp)\n"
    assert "git" in str(of(tmp_path, {"CMakeLists.txt": text}).find_value("cpp.build_packages"))


def test_meson(tmp_path: Path) -> None:
    text = "project('shop', 'c')\ndep = dependency('zlib')\nexecutable('shopd', 'src/main.cpp')\n"
    facts = of(tmp_path, {"meson.build": text})
    assert facts.find_value("cpp.product") == "build/shopd"
    assert "zlib1g-dev" in str(facts.find_value("cpp.build_packages"))


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("BIN=shop\nall: $(BIN)\n$(BIN): a.o\n\t$(CC) -o $@ $^\n", "shop"),
        ("shop: a.c\n\tgcc a.c -o bin/shop\n", "bin/shop"),
        (
            "server: server.o\n\t$(CXX) $^ -o server -lssl\ntest: t.o\n\t$(CXX) -o test t.o\n",
            "server",
        ),
        (".PHONY: all\nall: build\nbuild:\n\tg++ main.cpp -o app\n", "app"),
    ],
)
def test_program_of_make(tmp_path: Path, text: str, product: str) -> None:
    assert of(tmp_path, {"Makefile": text}).find_value("cpp.product") == product


def test_makefile_of_another_language_is_no_program(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"Makefile": "run:\n\tpython app.py\n", "app.py": ""})
    assert facts.find_value("cpp.manifest") is None


def test_source_alone(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"shop.c": SERVER, "util.c": ""})
    assert facts.find_value("cpp.build") == ("gcc -O2 -pthread -o /out/shop shop.c util.c",)
    assert facts.find_value("cpp.manifest") is None


@pytest.mark.parametrize(
    ("code", "port"),
    [
        ("listen(fd, 5); addr.sin_port = htons(7070);", 7070),
        ('httplib::Server s; s.listen("0.0.0.0", 7071);', 7071),
        ("crow::SimpleApp app; app.port(7072).run();", 7072),
        ('drogon::app().addListener("0.0.0.0", 7073).run();', 7073),
        ("tcp::acceptor a(io, tcp::endpoint(tcp::v4(), 7074));", 7074),
        ("#define SERVER_PORT 7075\nlisten(fd, 5);", 7075),
        ("const int port = 7076; listen(fd, 5);", 7076),
    ],
)
def test_port(tmp_path: Path, code: str, port: int) -> None:
    main = f"int main() {{\n{code}\n}}\n"
    facts = facts_of(tmp_path, {"main.cpp": main})
    assert facts.find_value("cpp.kind") == "web"
    assert facts.find_value("cpp.port") == port


def test_port_variable(tmp_path: Path) -> None:
    code = 'int main() {\n getenv("PORT"); listen(fd, 5);\n}\n'
    assert facts_of(tmp_path, {"main.cpp": code}).find_value("cpp.port_variable") == "PORT"


def test_framework(tmp_path: Path) -> None:
    files = {"CMakeLists.txt": "add_executable(a m.cpp)\n", "m.cpp": "#include <drogon/drogon.h>\n"}
    assert of(tmp_path, files).find_value("cpp.framework_title") == "Drogon"


def test_library_has_no_program(tmp_path: Path) -> None:
    facts = of(tmp_path, {"CMakeLists.txt": "add_library(a a.cpp)\n"})
    assert facts.find_value("cpp.program") is None
    assert "builds no program" in facts.problems[0].what


def test_program_that_does_not_listen_is_a_worker(tmp_path: Path) -> None:
    assert facts_of(tmp_path, {"main.c": MAIN}).find_value("cpp.kind") == "worker"

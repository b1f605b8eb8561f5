from pathlib import Path

import pytest

from tests.support.source import facts_of

BUILD = """\
const target = b.standardTargetOptions(.{});
const exe = b.addExecutable(.{
    .name = "shop",
    .root_source_file = b.path("src/main.zig"),
});
"""


def test_program(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"build.zig": BUILD, "src/main.zig": "pub fn main() void {}\n"})
    assert facts.find_value("zig.program") == "shop"
    assert facts.find_value("zig.kind") == "worker"
    assert facts.find_value("zig.takes_target") is True
    assert facts.find_value("zig.takes_mode") is False


def test_name_that_is_a_constant(tmp_path: Path) -> None:
    build = 'const title = "shopd";\n' + BUILD.replace('"shop"', "title")
    assert facts_of(tmp_path, {"build.zig": build}).find_value("zig.program") == "shopd"


def test_library(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"build.zig": "// addExecutable\nb.addLibrary(.{});\n"})
    assert facts.find_value("zig.program") is None
    assert "no program" in facts.problems[0].what


@pytest.mark.parametrize(
    ("build", "zon", "version"),
    [
        (BUILD, "", "0.14.1"),
        (BUILD, '.{ .minimum_zig_version = "0.13.0" }', "0.13.0"),
        (
            BUILD.replace(".root_source_file = b.path(", ".root_module = b.createModule("),
            "",
            "0.15.2",
        ),
        (BUILD.replace("b.path(", ".{ .path = "), "", "0.11.0"),
    ],
)
def test_version(tmp_path: Path, build: str, zon: str, version: str) -> None:
    files = {"build.zig": build, **({"build.zig.zon": zon} if zon else {})}
    assert facts_of(tmp_path, files).find_value("zig.version") == version


@pytest.mark.parametrize(
    ("code", "port"),
    [
        ('const a = try std.net.Address.parseIp("0.0.0.0", 8001);\na.listen(.{});', 8001),
        ("var l = zap.HttpListener.init(.{\n .port = 3000,\n});\nl.listen();", 3000),
    ],
)
def test_port(tmp_path: Path, code: str, port: int) -> None:
    facts = facts_of(tmp_path, {"build.zig": BUILD, "src/main.zig": code})
    assert facts.find_value("zig.port") == port


def test_loopback_is_told(tmp_path: Path) -> None:
    code = 'const a = try std.net.Address.parseIp("127.0.0.1", 8001);\na.listen(.{});'
    facts = facts_of(tmp_path, {"build.zig": BUILD, "src/main.zig": code})
    assert "loopback" in facts.problems[0].what


def test_framework(tmp_path: Path) -> None:
    zon = '.{ .dependencies = .{ .httpz = .{ .url = "x" } } }'
    facts = facts_of(tmp_path, {"build.zig": BUILD, "build.zig.zon": zon})
    assert facts.find_value("zig.framework_title") == "http.zig"

from pathlib import Path

import pytest

from tests.support.source import facts_of

MAIN = "fn main() {}\n"
SERVER = 'fn main() { let l = TcpListener::bind("0.0.0.0:3000"); }\n'


def cargo(name: str = "shop", rest: str = "") -> str:
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\n{rest}'


@pytest.mark.parametrize(
    ("files", "binary"),
    [
        ({"src/main.rs": MAIN}, "shop"),
        ({"src/main.rs": MAIN, "src/bin/seed.rs": MAIN}, "shop"),
        ({"src/bin/seed.rs": MAIN, "src/bin/server.rs": SERVER}, "server"),
        ({"src/bin/web/main.rs": SERVER}, "web"),
        ({"src/lib.rs": ""}, None),
    ],
)
def test_program(tmp_path: Path, files: dict[str, str], binary: str | None) -> None:
    facts = facts_of(tmp_path, {"Cargo.toml": cargo(), **files})
    assert facts.find_value("rust.binary") == binary


def test_default_run(tmp_path: Path) -> None:
    files = {"src/main.rs": SERVER, "src/bin/other.rs": MAIN}
    facts = facts_of(tmp_path, {"Cargo.toml": cargo(rest='default-run = "other"\n'), **files})
    assert facts.find_value("rust.binary") == "other"
    assert "--bin" in str(facts.find_value("rust.build"))
    assert "others: shop" in facts.problems[0].what


def test_program_of_another_name_and_place(tmp_path: Path) -> None:
    manifest = cargo(rest='[[bin]]\nname = "shopd"\npath = "daemon/run.rs"\n')
    facts = facts_of(tmp_path, {"Cargo.toml": manifest, "daemon/run.rs": MAIN})
    assert facts.find_value("rust.binary") == "shopd"


def workspace(tmp_path: Path, root: str, **crates: str) -> object:
    files = {"Cargo.toml": root}
    for name, manifest in crates.items():
        files[f"{name}/Cargo.toml"] = manifest
        files[f"{name}/src/main.rs"] = SERVER if "axum" in manifest else MAIN
    return facts_of(tmp_path, files).find_value("rust.build")


def test_server_among_members(tmp_path: Path) -> None:
    root = '[workspace]\nmembers = ["admin", "site"]\n'
    web = cargo("site", '[dependencies]\naxum = "0.8"\n')
    build = workspace(tmp_path, root, admin=cargo("admin"), site=web)
    assert build == ("cargo", "build", "--release", "--package", "site", "--bin", "site")


def test_default_members_go_first(tmp_path: Path) -> None:
    root = '[workspace]\nmembers = ["*"]\ndefault-members = ["admin"]\n'
    web = cargo("site", '[dependencies]\naxum = "0.8"\n')
    build = workspace(tmp_path, root, admin=cargo("admin"), site=web)
    assert "admin" in str(build)


def test_excluded_members_are_not_built(tmp_path: Path) -> None:
    root = '[workspace]\nmembers = ["*"]\nexclude = ["site"]\n'
    web = cargo("site", '[dependencies]\naxum = "0.8"\n')
    assert "site" not in str(workspace(tmp_path, root, admin=cargo("admin"), site=web))


def test_framework_of_the_workspaces_dependencies(tmp_path: Path) -> None:
    root = '[workspace]\nmembers = ["web"]\n[workspace.dependencies]\nactix-web = "4.9"\n'
    web = cargo("web", "[dependencies]\nactix-web = { workspace = true }\n")
    facts = facts_of(
        tmp_path, {"Cargo.toml": root, "web/Cargo.toml": web, "web/src/main.rs": SERVER}
    )
    assert facts.find_value("rust.framework_title") == "Actix Web"
    assert facts.find_value("rust.framework_version") == "4.9"


@pytest.mark.parametrize(
    ("code", "port"),
    [
        ('TcpListener::bind("0.0.0.0:3000")', 3000),
        ("let a = SocketAddr::from(([0, 0, 0, 0], 3030)); axum::serve(l, a)", 3030),
        ("warp::serve(routes).run(([0, 0, 0, 0], 4040))", 4040),
        ('HttpServer::new(app).bind(("0.0.0.0", 5050))', 5050),
        ("(Ipv4Addr::UNSPECIFIED, 6060); TcpListener::bind(a)", 6060),
        ('const PORT: u16 = 7070; TcpListener::bind(format!("0.0.0.0:{PORT}"))', 7070),
        ('// "0.0.0.0:1111"\nTcpListener::bind("[::]:2222")', 2222),
    ],
)
def test_literal_port(tmp_path: Path, code: str, port: int) -> None:
    files = {"Cargo.toml": cargo(), "src/main.rs": f"fn main() {{ {code} }}\n"}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("rust.port") == port
    assert facts.find_value("rust.port_variable") is None


def test_port_variable_that_is_not_the_databases(tmp_path: Path) -> None:
    code = 'fn main() { env::var("DB_PORT"); env::var("PORT"); TcpListener::bind(a); }\n'
    facts = facts_of(tmp_path, {"Cargo.toml": cargo(), "src/main.rs": code})
    assert facts.find_value("rust.port_variable") == "PORT"
    assert facts.find_value("rust.port") == 8080


def test_port_variable_of_clap(tmp_path: Path) -> None:
    code = '#[arg(long, env = "APP_PORT", default_value_t = 9000)]\nfn main() { axum::serve(l) }\n'
    facts = facts_of(tmp_path, {"Cargo.toml": cargo(), "src/main.rs": code})
    assert facts.find_value("rust.port_variable") == "APP_PORT"


def test_host_that_would_be_loopback_is_set(tmp_path: Path) -> None:
    code = 'env::var("HOST").unwrap_or("127.0.0.1".into()); env::var("PORT"); TcpListener::bind(a);'
    files = {"Cargo.toml": cargo(), "src/main.rs": f"fn main() {{ {code} }}"}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("rust.environ") == ("HOST=0.0.0.0",)


def test_literal_loopback_is_told(tmp_path: Path) -> None:
    code = 'fn main() { TcpListener::bind("127.0.0.1:3000"); }\n'
    problem = facts_of(tmp_path, {"Cargo.toml": cargo(), "src/main.rs": code}).problems[0]
    assert problem.place == "src/main.rs:1"
    assert "loopback" in problem.what


def test_rocket(tmp_path: Path) -> None:
    manifest = cargo(rest='[dependencies]\nrocket = "0.5.1"\n')
    files = {"Cargo.toml": manifest, "src/main.rs": "#[launch] fn rocket() {}"}
    facts = facts_of(tmp_path, {**files, "Rocket.toml": "[default]\nport = 8001\n"})
    assert facts.find_value("rust.port") == 8001
    assert facts.find_value("rust.port_variable") == "ROCKET_PORT"
    assert facts.find_value("rust.environ") == ("ROCKET_ADDRESS=0.0.0.0",)
    assert facts.find_value("rust.assets") == ("Rocket.toml",)


def test_worker(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"Cargo.toml": cargo(), "src/main.rs": MAIN})
    assert facts.find_value("rust.kind") == "worker"


@pytest.mark.parametrize(
    ("dependency", "packages"),
    [
        ('openssl = "0.10"', ("libssl-dev", "pkg-config")),
        ('openssl = { version = "0.10", features = ["vendored"] }', ()),
        ('reqwest = { version = "0.12", default-features = false, features = ["rustls-tls"] }', ()),
        ('reqwest = "0.12"', ("libssl-dev", "pkg-config")),
        ('diesel = { version = "2", features = ["postgres"] }', ("libpq-dev",)),
        (
            'sqlx = { version = "0.8", features = ["runtime-tokio-native-tls"] }',
            ("libssl-dev", "pkg-config"),
        ),
        ('rusqlite = "0.31"', ("libsqlite3-dev", "pkg-config")),
        ('rusqlite = { version = "0.31", features = ["bundled"] }', ()),
    ],
)
def test_system_packages(tmp_path: Path, dependency: str, packages: tuple[str, ...]) -> None:
    manifest = cargo(rest=f"[dependencies]\n{dependency}\n")
    facts = facts_of(tmp_path, {"Cargo.toml": manifest, "src/main.rs": MAIN})
    assert facts.find_value("rust.build_packages") == packages


def test_system_packages_of_the_lock_file(tmp_path: Path) -> None:
    lock = '[[package]]\nname = "openssl-sys"\n\n[[package]]\nname = "pq-sys"\n'
    facts = facts_of(tmp_path, {"Cargo.toml": cargo(), "Cargo.lock": lock, "src/main.rs": MAIN})
    assert facts.find_value("rust.run_packages") == ("libpq5", "libssl3t64")
    assert "--locked" in str(facts.find_value("rust.build"))


def test_target_of_cargos_settings(tmp_path: Path) -> None:
    settings = '[build]\ntarget = "x86_64-unknown-linux-musl"\n'
    files = {"Cargo.toml": cargo(), "src/main.rs": MAIN, ".cargo/config.toml": settings}
    output = facts_of(tmp_path, files).find_value("rust.output")
    assert output == "target/x86_64-unknown-linux-musl/release"


@pytest.mark.parametrize(
    ("file", "text", "version"),
    [
        ("rust-toolchain.toml", '[toolchain]\nchannel = "1.90.0"\n', "1.90.0"),
        ("rust-toolchain", "1.85\n", "1.85"),
        ("rust-toolchain.toml", '[toolchain]\nchannel = "stable"\n', "1"),
    ],
)
def test_version(tmp_path: Path, file: str, text: str, version: str) -> None:
    facts = facts_of(tmp_path, {"Cargo.toml": cargo(), "src/main.rs": MAIN, file: text})
    assert facts.find_value("rust.version") == version


def test_folders_that_the_program_reads(tmp_path: Path) -> None:
    code = 'fn main() { ServeDir::new("static"); fs::read("./config/app.toml"); "/assets/"; }\n'
    files = {"static/a.css": "", "config/app.toml": "", "assets/b": "", "docs/c": ""}
    facts = facts_of(tmp_path, {"Cargo.toml": cargo(), "src/main.rs": code, **files})
    assert facts.find_value("rust.assets") == ("config", "static")


def test_broken_manifest_is_named(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"Cargo.toml": "[package\n", "src/main.rs": MAIN})
    assert facts.problems[0].place == "Cargo.toml"
    assert facts.find_value("rust.binary") is None


def test_broken_member_leaves_the_others(tmp_path: Path) -> None:
    root = '[workspace]\nmembers = ["a", "b"]\n'
    files = {"Cargo.toml": root, "a/Cargo.toml": "x", "b/Cargo.toml": cargo("b")}
    facts = facts_of(tmp_path, {**files, "b/src/main.rs": MAIN})
    assert facts.find_value("rust.binary") == "b"
    assert facts.problems[0].file == "a/Cargo.toml"


def test_procfile_names_the_program_and_its_arguments(tmp_path: Path) -> None:
    files = {"src/main.rs": SERVER, "src/bin/zoo.rs": MAIN}
    procfile = {"Procfile": "web: ./target/release/zoo serve\n"}
    facts = facts_of(tmp_path, {"Cargo.toml": cargo(), **files, **procfile})
    assert facts.find_value("rust.binary") == "zoo"
    assert facts.find_value("rust.arguments") == ("serve",)


def test_program_for_browsers_is_none(tmp_path: Path) -> None:
    manifest = cargo(rest='[dependencies]\nyew = "0.21"\n')
    facts = facts_of(tmp_path, {"Cargo.toml": manifest, "src/main.rs": MAIN})
    assert facts.find_value("rust.binary") is None

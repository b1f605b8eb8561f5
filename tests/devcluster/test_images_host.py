"""What a stand-in takes over from the host: certificates and package sources."""

from pathlib import Path

from devcluster.images.host import (
    added_certificates,
    parse_go,
    parse_npm,
    parse_pip,
    render_environ,
)

PEM = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----"


def test_the_environs_pip_settings_win_over_files() -> None:
    listed = ":env:.index-url='http://b.test'\nglobal.index-url='http://a.test'\nglobal.cert='c'\n"
    assert parse_pip(listed) == {"PIP_INDEX_URL": "http://b.test"}


def test_several_extra_indexes_stay_several() -> None:
    listed = "global.extra-index-url='\\nhttp://a.test\\nhttp://b.test'\n"
    assert parse_pip(listed) == {"PIP_EXTRA_INDEX_URL": "http://a.test http://b.test"}


def test_npms_registry_is_taken_if_it_is_not_npms_own() -> None:
    assert parse_npm('; "user" config\n\nregistry = "http://n.test/"\n') == {
        "npm_config_registry": "http://n.test/"
    }
    assert parse_npm("audit = false\n") == {}


def test_gos_changed_settings_are_taken_and_an_old_go_is_no_error() -> None:
    assert parse_go('{"GOPROXY": "http://g.test", "GOFLAGS": ""}') == {"GOPROXY": "http://g.test"}
    assert parse_go("") == {}


def test_values_are_quoted_for_a_dockerfile() -> None:
    assert render_environ({"A": 'say "$x"'}) == [r'ENV A="say \"\$x\""']


def test_certificates_of_the_environs_bundle_are_taken_too(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(f"# mine\n{PEM}\n{PEM}\n")
    usual = added_certificates({})
    assert added_certificates({"SSL_CERT_FILE": str(bundle)}) == (*usual, PEM)

from pathlib import Path

import pytest

from draftpy.inspectors.facts import Facts
from tests.support.source import facts_of

SINATRA = 'source "https://gems.example.org"\ngem "sinatra", "~> 4.1"\ngem "puma"\n'
RACKUP = {"Gemfile": SINATRA, "config.ru": 'require "./app"\nrun App\n'}
RAILS_LOCK = (
    "GEM\n  specs:\n    puma (6.4.2)\n    rails (7.2.1)\n    railties (7.2.1)\n"
    "    sprockets-rails (3.5.2)\n\nPLATFORMS\n  ruby\n"
)
RAILS = {
    "Gemfile": 'gem "rails", "~> 7.2"\ngem "puma"\n',
    "Gemfile.lock": RAILS_LOCK,
    "config.ru": "run Rails.application\n",
    "config/application.rb": "module Shop\n  class Application < Rails::Application\n",
    "config/puma.rb": 'port ENV.fetch("PORT", 3000)\npidfile ENV["PIDFILE"] if ENV["PIDFILE"]\n',
}


def start_of(facts: Facts) -> str:
    value = facts.find_value("ruby.start")
    return " ".join(value) if isinstance(value, tuple) else ""


DOT_VERSION = {".ruby-version": "3.3.6\n"}
SIDEKIQ = {"Gemfile": 'gem "sidekiq"\n', "jobs.rb": "class A\n include Sidekiq::Job\nend\n"}
UNICORN = {"Gemfile": 'gem "rack"\ngem "unicorn"\n', "config.ru": "run X\n"}
CLASSIC = {"Gemfile": SINATRA, "app.rb": 'require "sinatra"\n'}
PROCFILE = {"Gemfile": SINATRA, "Procfile": "web: bundle exec ruby web.rb -p $PORT\n"}


@pytest.mark.parametrize(
    ("files", "start"),
    [
        (RACKUP, "bundle exec puma --bind tcp://0.0.0.0:{port}"),
        (RAILS, "bundle exec puma"),
        (CLASSIC, "bundle exec ruby app.rb -o 0.0.0.0 -p {port}"),
        ({"app.rb": 'require "sinatra"\nset :port, 9000\n'}, "ruby app.rb"),
        (UNICORN, "bundle exec unicorn --host 0.0.0.0 --port {port}"),
        (SIDEKIQ, "bundle exec sidekiq --require ./jobs.rb"),
        (PROCFILE, "bundle exec ruby web.rb -p {port}"),
        ({"tool.rb": 'puts "done"\n'}, "ruby tool.rb"),
        ({"Gemfile": "# gem 'rails'\n", "lib/x.rb": "X = 1\n"}, ""),
    ],
)
def test_start(tmp_path: Path, files: dict[str, str], start: str) -> None:
    assert start_of(facts_of(tmp_path, files)) == start


@pytest.mark.parametrize(
    ("files", "framework"),
    [
        (RACKUP, "sinatra"),
        (RAILS, "rails"),
        ({"Gemfile": "# gem 'rails'\ngem 'rack'\n", "config.ru": "run X\n"}, "rack"),
        ({"Gemfile": "gem 'sinatra', group: :test\ngem 'roda'\n", "config.ru": "run X\n"}, "roda"),
        ({"Gemfile": "group :development, :test do\n  gem 'rails'\nend\n", "app.rb": ""}, None),
    ],
)
def test_framework(tmp_path: Path, files: dict[str, str], framework: str | None) -> None:
    assert facts_of(tmp_path, files).find_value("ruby.framework") == framework


def test_framework_version_is_the_locked_one(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, RAILS)
    assert facts.find_value("ruby.framework_title") == "Rails"
    assert facts.find_value("ruby.framework_version") == "7.2"


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({}, "3.4"),
        ({".ruby-version": "ruby-3.3.6\n"}, "3.3"),
        ({".tool-versions": "nodejs 22.1.0\nruby 3.2.2\n"}, "3.2"),
        ({"Gemfile": SINATRA + 'ruby "3.3.6"\n'}, "3.3.6"),
        ({"Gemfile": SINATRA + 'ruby "~> 3.3.0"\n'}, "3.3"),
        ({"Gemfile": SINATRA + 'ruby ">= 3.1", "< 3.4"\n'}, "3.3"),
        ({"Gemfile": SINATRA + 'ruby file: ".ruby-version"\n', **DOT_VERSION}, "3.3.6"),
        ({"Gemfile.lock": "GEM\n  specs:\n\nRUBY VERSION\n   ruby 3.3.5p100\n"}, "3.3"),
        ({"Gemfile": SINATRA + 'ruby "3.1.4", engine: "jruby", engine_version: "9.4"\n'}, "3.1.4"),
    ],
)
def test_version(tmp_path: Path, files: dict[str, str], version: str) -> None:
    assert facts_of(tmp_path, {**RACKUP, **files}).find_value("ruby.version") == version


def test_old_ruby_is_told(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {**RACKUP, ".ruby-version": "3.0.7\n"})
    assert "Ruby 3.0 has had no security fixes" in facts.problems[0].what


@pytest.mark.parametrize(
    ("code", "port", "variable"),
    [
        ("WEBrick::HTTPServer.new(Port: 9000).start\n", 9000, None),
        ("WEBrick::HTTPServer.new(:Port => ENV['PORT'] || 9000)\n", 8080, "PORT"),
        ("PORT = 7000\nTCPServer.new('0.0.0.0', PORT)\n", 7000, None),
        ("TCPServer.new(2345)\n", 2345, None),
        ("require 'sinatra'\nset :port, 4000\n", 4000, None),
        ("require 'sinatra/base'\nclass A < Sinatra::Base\n run!\nend\n", 8080, "PORT"),
    ],
)
def test_port_of_a_script(tmp_path: Path, code: str, port: int, variable: str | None) -> None:
    facts = facts_of(tmp_path, {"server.rb": code})
    assert facts.find_value("ruby.kind") == "web"
    assert facts.find_value("ruby.port") == port
    assert facts.find_value("ruby.port_variable") == variable


@pytest.mark.parametrize(
    ("config", "port", "variable"),
    [
        ('port ENV.fetch("PORT") { 3000 }\n', 8080, "PORT"),
        ("# port 1111\nport 9292\n", 9292, None),
        ('bind "tcp://0.0.0.0:9293"\n', 9293, None),
        ("workers 2\n", 8080, None),
    ],
)
def test_port_of_puma(tmp_path: Path, config: str, port: int, variable: str | None) -> None:
    facts = facts_of(tmp_path, {**RACKUP, "config/puma.rb": config})
    assert facts.find_value("ruby.port") == port
    assert facts.find_value("ruby.port_variable") == variable


def test_server_that_nothing_declares_is_added(tmp_path: Path) -> None:
    files = {"Gemfile": 'gem "rack"\n', "config.ru": "run X\n"}
    assert facts_of(tmp_path, files).find_value("ruby.added") == ("puma",)
    files = {"server.rb": 'require "webrick"\nWEBrick::HTTPServer.new(Port: 8000)\n'}
    assert facts_of(tmp_path / "b", files).find_value("ruby.added") == ("webrick",)


def test_lock_without_linux_is_told_and_not_frozen(tmp_path: Path) -> None:
    lock = "GEM\n  specs:\n    puma (6.4.2)\n\nPLATFORMS\n  arm64-darwin-23\n"
    facts = facts_of(tmp_path, {**RACKUP, "Gemfile.lock": lock})
    assert facts.find_value("ruby.is_locked") is False
    assert "bundle lock --add-platform" in facts.problems[0].remedy


def test_packages_of_gems_with_c_code(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {**RACKUP, "Gemfile": SINATRA + 'gem "pg"\ngem "pgx-fake"\n'})
    assert facts.find_value("ruby.run_packages") == ("libpq5",)
    build = ("build-essential", "libyaml-dev", "libpq-dev")
    assert facts.find_value("ruby.build_packages") == build


def test_git_and_path_gems(tmp_path: Path) -> None:
    files = {**RACKUP, "Gemfile": 'gem "a", path: "lib/a"\ngem "b", github: "x/b"\n'}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("ruby.needs_source") is True
    assert "git" in str(facts.find_value("ruby.build_packages"))


def test_assets_are_built_only_where_there_are_any(tmp_path: Path) -> None:
    assert facts_of(tmp_path, RAILS).find_value("ruby.builds_assets") is False
    facts = facts_of(tmp_path, {**RAILS, "app/assets/stylesheets/a.css": ""})
    assert facts.find_value("ruby.builds_assets") is True
    assert facts.find_value("ruby.node_version") is None


def test_node_for_assets_only_with_packages(tmp_path: Path) -> None:
    package = '{"scripts": {"build": "esbuild"}, "dependencies": {"esbuild": "1"}}'
    files = {**RAILS, "app/assets/a.css": "", "package.json": package, "yarn.lock": ""}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("ruby.node_manager") == "yarn"
    assert facts.find_value("ruby.node_version") == "24"


def test_health_route_of_rails(tmp_path: Path) -> None:
    routes = 'get "up" => "rails/health#show", as: :rails_health_check\n'
    facts = facts_of(tmp_path, {**RAILS, "config/routes.rb": routes})
    assert facts.find_value("ruby.health_path") == "/up"


def test_forced_https_is_told(tmp_path: Path) -> None:
    files = {**RAILS, "config/environments/production.rb": "  config.force_ssl = true\n"}
    assert "https" in facts_of(tmp_path, files).problems[0].what


def test_loopback_is_told(tmp_path: Path) -> None:
    code = "TCPServer.new('127.0.0.1', 3000)\n"
    assert "127.0.0.1 only" in facts_of(tmp_path, {"server.rb": code}).problems[0].what


def test_gemfile_of_tools_only_is_no_app(tmp_path: Path) -> None:
    files = {"Gemfile": 'gem "fastlane"\ngem "cocoapods"\n', "app.rb": ""}
    assert facts_of(tmp_path, files).find_value("ruby.is_tooling_only") is True


def test_junk_breaks_nothing(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gem "x\n\x00end end do do "',
        "Gemfile.lock": "\x00",
        "app.rb": "=begin\n'",
    }
    assert facts_of(tmp_path, files).find_value("ruby.manifest") == "Gemfile"


def test_webrick_answers_where_it_is_what_the_gemfile_names(tmp_path: Path) -> None:
    files = {"Gemfile": 'gem "rack"\ngem "webrick"\n', "config.ru": "run X\n"}
    facts = facts_of(tmp_path, files)
    assert start_of(facts) == "bundle exec rackup --host 0.0.0.0 --port {port}"
    assert facts.find_value("ruby.added") == ("rackup",)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("puts 1\n", "job"),
        ("# loop do\nputs 1\n", "job"),
        ("loop do\n  sleep 5\nend\n", "worker"),
        ("bot = Discordrb::Bot.new\nbot.run\n", "worker"),
    ],
)
def test_kind_of_a_script(tmp_path: Path, code: str, kind: str) -> None:
    assert facts_of(tmp_path, {"bot.rb": code}).find_value("ruby.kind") == kind

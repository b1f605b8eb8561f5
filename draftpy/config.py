"""draft.yaml → Project; Project, flags and environ → one resolved Environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from draftpy.checked_yaml import (
    check_kinds,
    invalid_at,
    nearest_hint,
    parse_document,
    refuse_unknown_keys,
)
from draftpy.config_keys import ENVIRONMENT_KEYS, Key, Kind
from draftpy.dev_settings import DEV_KEYS, DevSettings, DevWrong, parse_dev
from draftpy.errors import ConfigInvalid, ConfigMissing, NameInvalid
from draftpy.names import (
    AppName,
    EnvironmentName,
    Namespace,
    parse_app_name,
    parse_environment_name,
    parse_namespace,
)
from draftpy.yaml_lines import KeyPath, LinedYaml

DRAFT_YAML = "draft.yaml"
DEFAULT_ENVIRONMENT = EnvironmentName("development")
_TOP_KEYS = ("version", "name", "pack", "environments")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One app of a project: its folder is relative to draft.yaml; `pack` as create wrote it."""

    name: AppName
    folder: str = "."
    pack: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One environment as it stands in draft.yaml, with the line of each of its keys."""

    name: EnvironmentName
    given: Mapping[str, Any]
    lines: Mapping[str, int]


DEFAULT_SECTION = (Section(name=DEFAULT_ENVIRONMENT, given={}, lines={}),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A source folder with its draft.yaml; a single-app file yields one app."""

    root: Path
    apps: tuple[App, ...]
    sections: tuple[Section, ...]

    @property
    def app(self) -> AppName:
        """The name of the project's first app."""
        return self.apps[0].name


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One resolved value and where it came from."""

    key: str
    value: Any
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Everything about one environment, resolved; paths are relative to the project's root.

    `dev` is None where every change needs an image.
    """

    name: EnvironmentName
    namespace: Namespace
    context: str
    registry: str
    chart: str
    values: Mapping[str, Any]
    values_files: tuple[str, ...]
    dockerfile: str
    target: str
    build_args: tuple[tuple[str, str], ...]
    platform: str
    ports: tuple[str, ...]
    timeout_s: float
    dev: DevSettings | None
    settings: tuple[Setting, ...]
    context_is_named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What goes before draft.yaml: flags by key name, and the process's environ."""

    flags: Mapping[str, Any]
    environ: Mapping[str, str]
    user: Mapping[str, Any]


def load_project(root: Path) -> Project:
    """Read `root/draft.yaml`; raises ConfigMissing, ConfigInvalid with line and nearest key."""
    path = root / DRAFT_YAML
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigMissing(
            f"there is no {DRAFT_YAML} in {root}", remedy=f"draftpy create {root}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(
            f"{path} cannot be read", evidence=str(error), remedy="make it readable UTF-8 text"
        ) from error
    return parse_project(text, root)


def parse_project(text: str, root: Path) -> Project:
    """Parse the text of a draft.yaml; raises ConfigInvalid."""
    doc = parse_document(text, DRAFT_YAML)
    refuse_unknown_keys(doc, (), _TOP_KEYS, DRAFT_YAML)
    if doc.value.get("version") != 1:
        raise invalid_at(doc, ("version",), "version must be 1", DRAFT_YAML)
    name, pack = doc.value.get("name"), doc.value.get("pack", "")
    if not isinstance(name, str):
        raise invalid_at(doc, ("name",), "name must be a text, such as hello", DRAFT_YAML)
    if not isinstance(pack, str):
        raise invalid_at(doc, ("pack",), "pack must be a text, such as python", DRAFT_YAML)
    try:
        app = App(name=parse_app_name(name), pack=pack)
    except NameInvalid as error:
        raise invalid_at(doc, ("name",), error.what, DRAFT_YAML, remedy=error.remedy) from error
    return Project(root=root, apps=(app,), sections=_parse_sections(doc))


def load_user_config(path: Path) -> Mapping[str, Any]:
    """The user's own defaults; an absent file is an empty one; raises ConfigInvalid."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"{path} cannot be read", evidence=str(error)) from error
    if not text.strip():
        return {}
    doc = parse_document(text, str(path))
    allowed = [key for key in ENVIRONMENT_KEYS if key.in_user_config]
    refuse_unknown_keys(doc, (), [key.name for key in allowed], str(path))
    check_kinds(doc, (), str(path))
    return dict(doc.value)


def resolve_environment(project: Project, wanted: str, overrides: Overrides) -> Environment:
    """Flags > environ > draft.yaml > user config > defaults; raises ConfigInvalid."""
    section = _find_section(project, wanted)
    settings = tuple(_resolve(key, project, section, overrides) for key in ENVIRONMENT_KEYS)
    value = {setting.key: setting.value for setting in settings}
    return Environment(
        name=section.name,
        namespace=parse_namespace(value["namespace"]),
        context=value["context"],
        registry=value["registry"],
        chart=value["chart"],
        values=value["values"],
        values_files=tuple(value["valuesFiles"]),
        dockerfile=value["dockerfile"],
        target=value["target"],
        build_args=tuple(sorted(value["buildArgs"].items())),
        platform=value["platform"],
        ports=tuple(value["ports"]),
        timeout_s=float(value["timeout"]),
        dev=None if value["dev"] is None else parse_dev(value["dev"]),
        settings=settings,
        context_is_named=value["context"] in _named_contexts(project, section),
    )


def _named_contexts(project: Project, section: Section) -> set[str]:
    """The kube contexts that draft.yaml allows here; a flag or environ may choose another one."""
    return {s.given["context"] for s in (section, project.sections[0]) if s.given.get("context")}


def _resolve(key: Key, project: Project, section: Section, overrides: Overrides) -> Setting:
    flag = overrides.flags.get(key.name)
    if flag:
        return Setting(key=key.name, value=flag, source="flag")
    from_environ = overrides.environ.get(key.environ_name, "") if key.environ_name else ""
    if from_environ:
        value = _parse_environ(key, from_environ)
        return Setting(key=key.name, value=value, source=f"environ {key.environ_name}")
    for place in (section, project.sections[0]) if key.is_inherited else (section,):
        if key.name in place.given:
            source = f"{DRAFT_YAML}:{place.lines[key.name]} environments.{place.name}"
            return Setting(key=key.name, value=place.given[key.name], source=source)
    if key.in_user_config and key.name in overrides.user:
        return Setting(key=key.name, value=overrides.user[key.name], source="user config")
    value = _default_of(key, project.app, section.name)
    return Setting(key=key.name, value=value, source="default")


def _default_of(key: Key, app: AppName, environment: EnvironmentName) -> Any:
    match key.name:
        case "dev":
            return {} if environment == DEFAULT_ENVIRONMENT else None
        case "namespace":
            return str(app)
        case "chart":
            return f"charts/{app}"
        case _:
            return key.default


def _parse_environ(key: Key, text: str) -> Any:
    if key.kind is not Kind.SECONDS:
        return text
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if seconds <= 0:
        raise ConfigInvalid(
            f"{key.environ_name}={text} is not a number of seconds",
            remedy=f"unset {key.environ_name}",
        )
    return seconds


def _find_section(project: Project, wanted: str) -> Section:
    names = [str(section.name) for section in project.sections]
    name = wanted or names[0]
    for section in project.sections:
        if section.name == name:
            return section
    raise ConfigInvalid(
        f"{DRAFT_YAML} has no environment {name!r}",
        evidence=f"it has: {', '.join(names)}",
        remedy=nearest_hint(name, names) or f"add it under environments: in {DRAFT_YAML}",
    )


def _parse_sections(doc: LinedYaml) -> tuple[Section, ...]:
    given = doc.value.get("environments")
    if not given:
        return DEFAULT_SECTION
    if not isinstance(given, dict):
        raise invalid_at(doc, ("environments",), "environments must be a mapping", DRAFT_YAML)
    return tuple(_parse_section(doc, str(name), body or {}) for name, body in given.items())


def _parse_section(doc: LinedYaml, name: str, body: Any) -> Section:
    path = ("environments", name)
    try:
        checked = parse_environment_name(name)
    except NameInvalid as error:
        raise invalid_at(doc, path, error.what, DRAFT_YAML, remedy=error.remedy) from error
    if not isinstance(body, dict):
        raise invalid_at(doc, path, f"environments.{name} must be a mapping", DRAFT_YAML)
    refuse_unknown_keys(doc, path, [key.name for key in ENVIRONMENT_KEYS], DRAFT_YAML)
    check_kinds(doc, path, DRAFT_YAML)
    if "dev" in body:
        body = {**body, "dev": _check_dev(doc, (*path, "dev"), body["dev"] or {})}
    lines = {str(key): doc.line_of((*path, str(key))) for key in body}
    return Section(name=checked, given=body, lines=lines)


def _check_dev(doc: LinedYaml, path: KeyPath, given: Mapping[str, Any]) -> Mapping[str, Any]:
    refuse_unknown_keys(doc, path, DEV_KEYS, DRAFT_YAML)
    try:
        parse_dev(given)
    except DevWrong as error:
        place = (*path, error.key)
        what = f"{'.'.join(place)} {error.what}"
        raise invalid_at(doc, place, what, DRAFT_YAML, evidence=repr(given[error.key])) from error
    return given

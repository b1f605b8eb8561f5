"""A pack's variables, filled from flags, facts and defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from draftpy.checked_yaml import nearest_hint
from draftpy.errors import PackInvalid, UsageError
from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import AppKind, Confidence, Facts, FactValue
from draftpy.names import AppName
from draftpy.packs.allowed import find_wrong, parse_value
from draftpy.packs.model import Pack, Variable
from draftpy.scaffold.classic_import import Imported
from draftpy.scaffold.processes import Companions

DEFAULT_PORT = 8080


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything that a pack's templates may use; `port` is 0 for an app that listens nowhere."""

    app: AppName
    kind: AppKind
    port: int
    port_variable: str
    health_path: str
    variables: Mapping[str, FactValue]
    companions: Companions = field(default_factory=Companions)
    imported: Imported = field(default_factory=Imported)

    def as_names(self) -> dict[str, FactValue]:
        """The names that templates see."""
        return {
            "name": str(self.app),
            "kind": str(self.kind),
            "port": self.port,
            "port_variable": self.port_variable,
            "health_path": self.health_path,
            **self.variables,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the user says: it goes before all facts; `variables` are the texts of `--set`."""

    app: AppName
    port: int = 0
    variables: Mapping[str, str] = field(default_factory=dict)


def fill_answers(pack: Pack, facts: Facts, given: Given, companion: Pack | None = None) -> Answers:
    """Fill a pack's variables; raises PackInvalid, UsageError.

    `companion` is the pack of the app's language, where the app brings its own Dockerfile.
    """
    ecosystems = (pack.facts, companion.facts) if companion else (pack.facts,)
    port = given.port
    _check_names(pack, given)
    kind = AppKind(str(find_surest(facts, ecosystems, "kind") or AppKind.WEB))
    if port and kind in (AppKind.WORKER, AppKind.JOB):
        kind = AppKind.WEB  # Whoever names a port knows better than we do.
    listens = kind in (AppKind.WEB, AppKind.STATIC)
    found = find_surest(facts, ecosystems, "port") if listens else 0
    chosen = port or (found if isinstance(found, int) else 0) or (DEFAULT_PORT if listens else 0)
    filled = {
        variable.name: _with_port(_fill(pack, variable, facts, given), chosen)
        for variable in pack.variables
    }
    return Answers(
        app=given.app,
        kind=kind,
        port=chosen,
        port_variable=str(find_surest(facts, ecosystems, "port_variable") or ""),
        health_path=str(find_surest(facts, ecosystems, "health_path") or ""),
        variables=filled,
    )


def find_surest(facts: Facts, ecosystems: tuple[str, ...], name: str) -> FactValue | None:
    """The first of the ecosystems' facts of that name that is no guess, else the first of all."""
    found = [fact for each in ecosystems if (fact := facts.find(f"{each}.{name}"))]
    sure = (fact for fact in found if fact.confidence is not Confidence.GUESS)
    best = next(sure, next(iter(found), None))
    return best.value if best else None


def _check_names(pack: Pack, given: Given) -> None:
    known = [variable.name for variable in pack.variables]
    for name in given.variables:
        if name not in known:
            raise UsageError(
                f"pack {pack.name} has no variable {name!r}",
                evidence=f"it has: {', '.join(known) or 'none'}",
                remedy=nearest_hint(name, known) or f"draftpy packs show {pack.name}",
            )


def _fill(pack: Pack, variable: Variable, facts: Facts, given: Given) -> FactValue:
    if variable.name in given.variables:
        return parse_value(variable, given.variables[variable.name])
    value = facts.find_value(f"{pack.facts}.{variable.name}")
    if value is None:
        value = variable.default
    if value is None:
        raise PackInvalid(
            variable.prompt
            or f"pack {pack.name} needs to know {variable.name} and nothing in the source says it",
            evidence=variable.about,
            remedy=f"draftpy create --set {variable.name}=VALUE, or use another pack",
        )
    wrong = find_wrong(variable, value)
    if wrong:
        raise PackInvalid(
            f"pack {pack.name}: variable {variable.name} {wrong}",
            evidence=f"{value!r}, as the source or the pack says",
            remedy=f"draftpy create --set {variable.name}=VALUE, or mend {pack.folder}/pack.yaml",
        )
    return value


def _with_port(value: FactValue, port: int) -> FactValue:
    if isinstance(value, tuple):
        return tuple(str(word).replace(PORT_MARK, str(port)) for word in value)
    return value

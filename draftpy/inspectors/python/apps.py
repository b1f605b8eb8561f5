"""App objects and factories of a project's modules, followed through its own imports."""

from dataclasses import replace

from draftpy.inspectors.python.shapes import AppObject, Made, ModuleShape, Via, framework_of

_MAX_STEPS = 6
_Known = dict[str, list[tuple[ModuleShape, Made]]]


def find_apps(modules: tuple[ModuleShape, ...]) -> tuple[ModuleShape, ...]:
    """The modules, each with the apps that it holds or can make without arguments."""
    by_name: _Known = {}
    for module in modules:
        for made in module.made:
            by_name.setdefault(made.expression, []).append((module, made))
    return tuple(replace(module, apps=_apps_of(module, by_name)) for module in modules)


def _apps_of(module: ModuleShape, by_name: _Known) -> tuple[AppObject, ...]:
    found: dict[str, AppObject] = {}
    for made in module.made:
        # A name that is bound again is still the app that it was first.
        if made.needs_arguments or made.expression in {*module.mounted, *found}:
            continue
        framework = _framework(made, module, by_name, _MAX_STEPS)
        if framework:
            found[made.expression] = AppObject(
                framework=framework,
                expression=made.expression,
                line=made.line,
                is_factory=made.is_factory,
                is_borrowed=made.via is Via.IMPORT,
                is_alias=made.via is Via.NAME,
            )
    return tuple(found.values())


def _framework(made: Made, module: ModuleShape, by_name: _Known, steps: int) -> str:
    for name in made.makers:
        known = framework_of(name)
        if known and made.via in (Via.CALL, Via.RETURN):
            return known
        for other, source in _definitions(name, module, by_name) if steps else ():
            if source.is_factory and made.via in (Via.NAME, Via.IMPORT):
                continue  # The function itself, not what it returns.
            found = _framework(source, other, by_name, steps - 1)
            if found:
                return found
    return ""


def _definitions(name: str, module: ModuleShape, by_name: _Known) -> list[tuple[ModuleShape, Made]]:
    """What a full name such as `shop.factory.create_app` stands for in this project."""
    owner, _, last = name.rpartition(".")
    candidates = by_name.get(last, [])
    if not owner:  # `.create_app`: a name of this file
        return [(other, made) for other, made in candidates if other is module]
    found = [
        (other, made)
        for other, made in candidates
        if other is not module and (other.dotted == owner or other.dotted.endswith(f".{owner}"))
    ]
    return found[:3]

"""Django projects: where manage.py is, which settings and which application are in use."""

import ast
from dataclasses import dataclass
from posixpath import basename, dirname

from draftpy.inspectors.python.layout import Project
from draftpy.inspectors.python.ports import as_text
from draftpy.inspectors.python.shapes import AppObject, ModuleShape
from draftpy.inspectors.python.syntax import Syntax

_SETTINGS = "DJANGO_SETTINGS_MODULE"


@dataclass(frozen=True, slots=True, kw_only=True)
class DjangoSite:
    """A Django project: manage.py, its settings modules (the used one first), and what they say."""

    manage: str
    settings: tuple[ModuleShape, ...] = ()

    @property
    def folder(self) -> str:
        """Where manage.py is, "" for the root."""
        return dirname(self.manage)

    def find(self, name: str) -> tuple[ModuleShape, ast.expr] | None:
        """A setting's value and the module that has it."""
        for module in self.settings:
            value = module.syntax.constants.get(name) if module.syntax else None
            if value is not None:
                return module, value
        return None

    def lists(self, name: str, *wanted: str) -> bool:
        """Whether any text inside a setting contains one of the words."""
        texts = (
            as_text(node)
            for module in self.settings
            if module.syntax and name in module.syntax.constants
            for node in ast.walk(module.syntax.constants[name])
        )
        return any(word in text for text in texts for word in wanted)


def find_site(project: Project) -> DjangoSite | None:
    """The Django project of the nearest manage.py that names settings."""
    manages = [path for path in project.tree.files if basename(path) == "manage.py"]
    for manage in manages[:5]:
        module = next((m for m in project.modules if m.path == manage), None)
        named = _settings_name(module.syntax) if module and module.syntax else ""
        if named or any(m.path.endswith("settings.py") for m in project.modules):
            return DjangoSite(manage=manage, settings=_settings(project, named))
    return None


def find_django(project: Project) -> tuple[ModuleShape, AppObject] | None:
    """The application that the settings name, else the one that is there."""
    if not any(basename(path) == "manage.py" for path in project.tree.files):
        return None
    site = find_site(project)
    wanted = "django-asgi" if _wants_asgi(project, site) else "django"
    found = [
        (module, app)
        for module in project.modules
        for app in module.apps
        if app.framework.startswith("django") and not app.is_borrowed and not app.is_factory
    ]
    named = _named_module(site, "ASGI_APPLICATION" if wanted != "django" else "WSGI_APPLICATION")

    def order(pair: tuple[ModuleShape, AppObject]) -> tuple[bool, bool, int]:
        module, app = pair
        is_named = module.dotted == named or module.dotted.endswith(f".{named}")
        return app.framework != wanted, not is_named, project.modules.index(module)

    return min(found, key=order, default=None)


def _wants_asgi(project: Project, site: DjangoSite | None) -> bool:
    """Channels and Daphne need it; an asgi.py alone is in every new project."""
    if site is None:
        return False
    has_asgi = any(
        app.framework == "django-asgi" for module in project.modules for app in module.apps
    )
    has_wsgi = any(app.framework == "django" for module in project.modules for app in module.apps)
    is_set = site.find("ASGI_APPLICATION") is not None and site.find("WSGI_APPLICATION") is None
    is_live = site.lists("INSTALLED_APPS", "daphne", "channels")
    return has_asgi and (is_set or is_live or not has_wsgi)


def _named_module(site: DjangoSite | None, setting: str) -> str:
    """`shop.wsgi` of `WSGI_APPLICATION = "shop.wsgi.application"`."""
    found = site.find(setting) if site else None
    return as_text(found[1]).rpartition(".")[0] if found else ""


def _settings_name(syntax: Syntax | None) -> str:
    """`shop.settings` of `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")`."""
    for node in syntax.nodes if syntax else ():
        if (
            isinstance(node, ast.Call)
            and len(node.args) >= 2
            and as_text(node.args[0]) == _SETTINGS
        ):
            return as_text(node.args[1])
    return ""


def _settings(project: Project, named: str) -> tuple[ModuleShape, ...]:
    """The settings module and those that it takes from, else what is called settings."""
    module = project.find_module(named) if named else None
    if module is None:
        return tuple(m for m in project.modules if m.dotted.split(".")[-1] == "settings")[:1]
    found = [module]
    for current in found:
        for star in current.syntax.stars if current.syntax else ():
            near = project.find_module(star)
            if near is not None and near not in found:
                found.append(near)
    return tuple(found)

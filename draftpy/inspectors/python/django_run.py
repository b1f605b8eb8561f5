"""What a Django project needs besides its server: tables, static files, host names."""

import ast
import re
from dataclasses import dataclass

from draftpy.inspectors.facts import Problem
from draftpy.inspectors.python.django import DjangoSite
from draftpy.inspectors.python.environ import find_needed, is_secret_key
from draftpy.inspectors.python.layout import Project
from draftpy.inspectors.python.ports import as_text

_SQLITE = ("backends.sqlite3", "sqlite://")
_WHITENOISE = "whitenoise"


@dataclass(frozen=True, slots=True, kw_only=True)
class DjangoNeeds:
    """Commands and settings; `collect` is the build's line for static files, with its environ."""

    migrate: tuple[str, ...]
    has_database: bool = False
    has_own_database: bool = False
    collect: str = ""
    environ: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def find_needs(project: Project, site: DjangoSite) -> DjangoNeeds:
    """What the settings say that the app needs."""
    manage = ("python", site.manage)
    collect, problems = _collect(project, site)
    return DjangoNeeds(
        migrate=(*manage, "migrate", "--noinput"),
        has_database=site.find("DATABASES") is not None,
        has_own_database=site.lists("DATABASES", *_SQLITE)
        and site.lists("INSTALLED_APPS", "django.contrib."),
        collect=collect,
        environ=_allowed_hosts(site),
        problems=problems,
    )


def _collect(project: Project, site: DjangoSite) -> tuple[str, tuple[Problem, ...]]:
    """The command that gathers static files, where the app itself serves them by WhiteNoise."""
    root = site.find("STATIC_ROOT")
    is_served = site.lists("MIDDLEWARE", _WHITENOISE) and site.lists(
        "INSTALLED_APPS", "staticfiles"
    )
    if root is None or not is_served:
        return "", ()
    pairs = []
    for needed in find_needed(project, site.settings):
        value = _build_value(needed.name)
        if not value:
            what = f"needs {needed.name}, so static files are not gathered in the build"
            remedy = "add the line `RUN python manage.py collectstatic --noinput` with a value"
            return "", (Problem(file=needed.path, line=needed.line, what=what, remedy=remedy),)
        pairs.append(f"{needed.name}={value}")
    return " ".join([*pairs, "python", site.manage, "collectstatic", "--noinput"]), ()


def _build_value(name: str) -> str:
    """A value that does while nothing is served: no secret, no database."""
    if is_secret_key(name):
        return "only-for-this-build"
    if name.endswith("DATABASE_URL"):
        return "sqlite:////tmp/build.sqlite3"
    known = {"DEBUG": "0", "ALLOWED_HOSTS": "localhost", "DJANGO_DEBUG": "0"}
    return known.get(name, "")


def _allowed_hosts(site: DjangoSite) -> tuple[str, ...]:
    """`ALLOWED_HOSTS` from a variable whose default is empty, which refuses every request."""
    found = site.find("ALLOWED_HOSTS")
    if found is None:
        return ()
    module, value = found
    texts = [as_text(node) for node in ast.walk(value) if as_text(node).strip(", ")]
    names = [text for text in texts if re.fullmatch(r"[A-Z][A-Z0-9_]*HOSTS?", text)]
    others = [text for text in texts if text not in names and re.search(r"[a-z*]", text)]
    is_read = module.syntax is not None and any(isinstance(n, ast.Call) for n in ast.walk(value))
    return (f"{names[0]}=localhost,127.0.0.1",) if names and is_read and not others else ()

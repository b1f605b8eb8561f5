"""What a Python app imports from outside → the packages that bring it."""

import ast
import sys
from collections.abc import Iterable, Iterator

from draftpy.inspectors.python.layout import Project
from draftpy.inspectors.python.shapes import ModuleShape
from draftpy.inspectors.python.syntax import Syntax

# Import → package, where they differ.
_PACKAGES = {
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "dotenv": "python-dotenv",
    "jwt": "pyjwt",
    "dateutil": "python-dateutil",
    "psycopg2": "psycopg2-binary",
    "psycopg": "psycopg[binary]",
    "MySQLdb": "mysqlclient",
    "telegram": "python-telegram-bot",
    "discord": "discord.py",
    "telebot": "pytelegrambotapi",
    "fasthtml": "python-fasthtml",
    "flask_cors": "flask-cors",
    "flask_sqlalchemy": "flask-sqlalchemy",
    "flask_login": "flask-login",
    "flask_migrate": "flask-migrate",
    "flask_socketio": "flask-socketio",
    "flask_wtf": "flask-wtf",
    "rest_framework": "djangorestframework",
    "corsheaders": "django-cors-headers",
    "environ": "django-environ",
    "decouple": "python-decouple",
    "pydantic_settings": "pydantic-settings",
    "socketio": "python-socketio",
    "grpc": "grpcio",
    "Crypto": "pycryptodome",
    "serial": "pyserial",
    "magic": "python-magic",
    "docx": "python-docx",
    "pptx": "python-pptx",
    "fitz": "pymupdf",
    "googleapiclient": "google-api-python-client",
    "kafka": "kafka-python",
    "slack_bolt": "slack-bolt",
    "slack_sdk": "slack-sdk",
    "sentence_transformers": "sentence-transformers",
    "attr": "attrs",
    "git": "gitpython",
    "markdown": "markdown",
    "zmq": "pyzmq",
    "nacl": "pynacl",
    "ldap": "python-ldap",
    "web": "web.py",
    "mcp": "mcp",
    "dash_bootstrap_components": "dash-bootstrap-components",
    "mpl_toolkits": "matplotlib",
    "paho": "paho-mqtt",
    "OpenSSL": "pyopenssl",
    "pkg_resources": "setuptools",
    "jose": "python-jose",
    "multipart": "python-multipart",
    "sse_starlette": "sse-starlette",
    "prometheus_client": "prometheus-client",
    "apscheduler": "apscheduler",
    "ruamel": "ruamel.yaml",
    "win32api": "",
    "win32com": "",
    "google": "",
    "tkinter": "",
}


def find_imported_packages(project: Project, modules: Iterable[ModuleShape]) -> tuple[str, ...]:
    """The packages that modules import without a way around their absence, sorted."""
    own = _own_names(project)
    found: set[str] = set()
    for module in modules:
        found.update(_imports(module.syntax) if module.syntax else ())
    outside = (name for name in found if name not in sys.stdlib_module_names and name not in own)
    packages = {_PACKAGES.get(name, name.replace("_", "-")) for name in outside}
    return tuple(sorted(package for package in packages if package))


def _own_names(project: Project) -> set[str]:
    """Every file and folder of the project may be imported by its name from somewhere."""
    parts = {part for file in project.tree.files for part in file.split("/")}
    return {part.removesuffix(".py") for part in parts}


def _imports(syntax: Syntax) -> Iterator[str]:
    guarded = {
        id(inner) for node in syntax.at_import if isinstance(node, ast.Try) for inner in node.body
    }
    for node in syntax.at_import:
        if id(node) in guarded:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]

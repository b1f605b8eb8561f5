"""What a Quarkus build leaves: a folder, or one jar where its settings say so."""

from posixpath import join

from draftpy.inspectors.jvm.app import Layout, Product
from draftpy.inspectors.jvm.settings import load_settings
from draftpy.source import SourceTree

_TYPE_KEYS = ("quarkus.package.jar.type", "quarkus.package.type")


def quarkus_product(tree: SourceTree, module: str, output: str) -> Product:
    """The product of a module whose build writes to `output` (target, build)."""
    setting = load_settings(tree, module).find(*_TYPE_KEYS)
    folder = join(module, output)
    if setting and setting.value == "uber-jar":
        return Product(layout=Layout.JAR, path=f"{folder}/*-runner.jar")
    return Product(layout=Layout.QUARKUS, path=f"{folder}/quarkus-app")

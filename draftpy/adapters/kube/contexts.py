"""The kube contexts of the kubeconfig, read without logging in anywhere."""

from dataclasses import dataclass
from typing import Any

import yaml
from kubernetes import config
from kubernetes.client import ApiClient

from draftpy.errors import KubeContextUnknown

# The library is only half typed.
kube_config: Any = config


@dataclass(frozen=True, slots=True, kw_only=True)
class KubeContextFacts:
    """A kube context of the kubeconfig: its name and its API server's address."""

    name: str
    server: str


def read_context(kubeconfig: str, wanted: str) -> KubeContextFacts:
    """The wanted or current kube context; `kubeconfig` "" means the default file.

    Raises KubeContextUnknown, with the contexts there are.
    """
    merged, current = _load(kubeconfig)
    name = wanted or current
    try:
        clusters = {str(c["name"]): str(c["context"]["cluster"]) for c in merged["contexts"].value}
        if name in clusters:
            cluster = merged["clusters"].get_with_name(clusters[name])["cluster"]
            return KubeContextFacts(name=name, server=str(cluster["server"]).rstrip("/"))
    except Exception as error:
        raise _unusable(error) from error
    raise KubeContextUnknown(
        f"the kubeconfig has no kube context {name!r}" if name else "no kube context is chosen",
        evidence=f"it has: {', '.join(clusters) or 'none'}",
        remedy="name one with --context, or as context: in draft.yaml",
    )


def open_api(kubeconfig: str, kube_context: str) -> ApiClient:
    """The client library's own client, logged in; raises KubeContextUnknown."""
    try:
        api: ApiClient = kube_config.new_client_from_config(
            config_file=kubeconfig or None, context=kube_context or None
        )
    except Exception as error:
        raise _unusable(error) from error
    return api


def _load(kubeconfig: str) -> tuple[Any, str]:
    """All files as one, and the current kube context: as for kubectl, the first file's."""
    files = kubeconfig or kube_config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION
    try:
        merger = kube_config.kube_config.KubeConfigMerger(files)
        named = [str(each.get("current-context") or "") for each in merger.config_files.values()]
    except Exception as error:
        raise _unusable(error) from error
    if merger.config is None:
        raise _unusable(FileNotFoundError(f"{files} is not there"))
    return merger.config, next(filter(None, named), "")


def _unusable(error: Exception) -> KubeContextUnknown:
    # What is wrong with a kubeconfig comes as whatever class the library happened to stumble with.
    return KubeContextUnknown(
        "there is no usable kubeconfig",
        evidence=_words_of(error),
        remedy="start a local cluster (kind create cluster, minikube start …), or set KUBECONFIG",
    )


def _words_of(error: Exception) -> str:
    """What is wrong, without what stands in the file: that may be a token."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        return f"{mark.name}:{mark.line + 1}: {error.problem}"
    if isinstance(error, kube_config.ConfigException | OSError):
        return str(error).partition("{")[0]
    return f"it is not built as a kubeconfig is ({type(error).__name__})"

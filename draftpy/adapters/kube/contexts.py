"""The kube contexts of the kubeconfig, read without logging in anywhere."""

from dataclasses import dataclass
from typing import Any

import yaml
from kubernetes import config
from kubernetes.client import ApiClient

from draftpy.adapters.kubeconfig import merge_kubeconfigs
from draftpy.errors import KubeContextUnknown

DEFAULT_KUBECONFIG = "~/.kube/config"
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
    files = kubeconfig or DEFAULT_KUBECONFIG
    try:
        merged = merge_kubeconfigs(files)
        name = wanted or str(merged["current-context"])
        contexts = {str(each["name"]): each["context"] for each in merged["contexts"]}
        clusters = {str(each["name"]): each["cluster"] for each in merged["clusters"]}
        if name in contexts:
            server = str(clusters[str(contexts[name]["cluster"])]["server"])
            return KubeContextFacts(name=name, server=server.rstrip("/"))
    except Exception as error:
        raise _unusable(error) from error
    if not contexts:
        raise _unusable(LookupError(f"{files} has no kube context"))
    raise KubeContextUnknown(
        f"the kubeconfig has no kube context {name!r}" if name else "no kube context is chosen",
        evidence=f"it has: {', '.join(contexts)}",
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


def _unusable(error: Exception) -> KubeContextUnknown:
    # What is wrong with a kubeconfig comes as whatever class the library happened to stumble with.
    return KubeContextUnknown(
        "there is no usable kubeconfig",
        evidence=_words_of(error),
        remedy="start a local cluster (kind create cluster, minikube start …), or set KUBECONFIG",
    )


def _words_of(error: Exception) -> str:
    """What is wrong, without what stands in the file: that may be a token."""
    match error:
        case yaml.MarkedYAMLError(problem_mark=mark) if mark:
            return f"{mark.name}:{mark.line + 1}: {error.problem}"
        case KeyError():
            return f"{error.args[0]} is not in it"
        case kube_config.ConfigException() | OSError() | LookupError():
            return str(error).partition("{")[0]
        case _:
            return f"it is not built as a kubeconfig is ({type(error).__name__})"

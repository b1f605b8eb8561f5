"""Where draftpy may write: decided on facts, never on what a kube context is called."""

import pytest

from draftpy.errors import ContextRefused, ExitCode
from draftpy.guard import GuardFacts, check_allowed, judge

OWN = ("192.168.49.1", "172.18.0.1", "10.0.0.7", "fd00::7", "52.1.2.3")


def facts(context: str, server: str, *addresses: str, named: bool = False) -> GuardFacts:
    return GuardFacts(
        kube_context=context,
        server=server,
        addresses=addresses,
        own_addresses=OWN,
        is_named=named,
        environment="development",
    )


@pytest.mark.parametrize(
    "case",
    [
        facts("kind-dev", "https://127.0.0.1:41234", "127.0.0.1"),
        facts("k3d-dev", "https://0.0.0.0:6550", "127.0.0.1"),
        facts("docker-desktop", "https://kubernetes.docker.internal:6443", "127.0.0.1"),
        facts("rancher-desktop", "https://127.0.0.1:6443", "127.0.0.1"),
        facts("minikube", "https://127.0.0.1:32771", "127.0.0.1"),
        facts("anything", "https://localhost:6443", "127.0.0.1", "::1"),
        facts("ipv6", "https://[::1]:6443", "::1"),
        facts("loopback-other", "https://127.3.2.1:6443", "127.3.2.1"),
        facts("microk8s", "https://10.0.0.7:16443", "10.0.0.7"),
        facts("own-v6", "https://[fd00::7]:6443", "fd00::7"),
        facts("prod-by-name-only", "https://127.0.0.1:6443", "127.0.0.1"),
    ],
    ids=lambda case: case.kube_context,
)
def test_a_cluster_on_this_machine_is_local(case: GuardFacts) -> None:
    verdict = judge(case)
    assert verdict.allowed
    assert verdict.reason.startswith("local: ")


@pytest.mark.parametrize(
    "case",
    [
        facts("kind-prod", "https://ABC.gr7.eu-west-1.eks.amazonaws.com", "52.16.1.2"),
        facts("docker-desktop", "https://build-host.example:6443", "198.51.100.4"),
        facts("gke_acme_europe_prod", "https://34.90.1.2", "34.90.1.2"),
        facts("aks-prod", "https://acme.hcp.westeurope.azmk8s.io:443", "20.1.2.3"),
        facts("openshift", "https://api.acme.example:6443", "203.0.113.5"),
        facts("k3s-on-a-rented-machine", "https://198.51.100.9:6443", "198.51.100.9"),
        facts("minikube", "https://192.168.49.2:8443", "192.168.49.2"),
        facts("colleague", "https://10.0.0.8:6443", "10.0.0.8"),
        facts("half-local", "https://both.example:6443", "127.0.0.1", "198.51.100.4"),
        facts("public-address-of-this-machine", "https://52.1.2.3:6443", "52.1.2.3"),
        facts("unresolved", "https://gone.example:6443"),
        facts("no-server", ""),
    ],
    ids=lambda case: case.kube_context,
)
def test_anything_else_is_refused(case: GuardFacts) -> None:
    assert not judge(case).allowed


def test_a_context_that_draft_yaml_names_is_allowed() -> None:
    verdict = judge(facts("gke", "https://34.90.1.2", "34.90.1.2", named=True))
    assert verdict.allowed
    assert verdict.reason == "named in draft.yaml"


def test_a_refusal_gives_the_lines_that_allow_it() -> None:
    with pytest.raises(ContextRefused) as caught:
        check_allowed(facts("gke", "https://34.90.1.2", "34.90.1.2"))
    assert caught.value.exit_code is ExitCode.REFUSED
    assert "environments:\n  development:\n    context: gke" in caught.value.remedy

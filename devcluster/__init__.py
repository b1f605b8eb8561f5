"""A real Kubernetes with a Docker engine and a registry, on a Debian machine that has none."""

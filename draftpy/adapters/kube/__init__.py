"""Kubernetes; the one package that knows its client library."""

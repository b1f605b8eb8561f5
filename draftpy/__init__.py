"""draftpy: from a folder of source code to a running app in Kubernetes."""

__version__ = "0.1.0"

"""Packs: folders that make apps of one kind deployable, described by their pack.yaml."""

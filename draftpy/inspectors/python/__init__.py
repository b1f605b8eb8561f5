"""Python: what its source, manifests and lock files say."""

"""Rust: packages, workspaces and the programs in them."""

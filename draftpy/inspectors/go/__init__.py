"""Go: modules, workspaces and the programs in them."""

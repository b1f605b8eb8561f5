"""JavaScript: Node, Bun, Deno and the sites they build."""

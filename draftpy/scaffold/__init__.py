"""Pack, facts and existing files → a plan of what to write; and applying it."""

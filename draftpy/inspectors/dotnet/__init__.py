""".NET: solutions, projects and the one that serves."""

"""PHP: Composer, frameworks and plain pages."""

"""The outside world: one module per foreign tool."""

"""Renderers of events: a terminal, plain lines, JSON lines."""

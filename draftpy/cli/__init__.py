"""The command line: parse, wire, call a pipeline, return a code."""

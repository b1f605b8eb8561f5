"""One module per ecosystem: a source tree → facts, by reading files only."""

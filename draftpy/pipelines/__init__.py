"""Each command as an order of stages, nothing else."""

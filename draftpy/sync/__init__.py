"""Keeping the containers of a release equal to the folder, without a new image."""

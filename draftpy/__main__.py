"""Run main() and exit with what it returns."""

import sys

from draftpy.cli.app import run

if __name__ == "__main__":
    sys.exit(run())

"""python -m devcluster up | down | status | kubeconfig | env | images."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime

from devcluster import cluster
from devcluster.images import default_images, ensure_images, render_images
from devcluster.settings import DevclusterError, Folders, folders_of
from devcluster.steps import tell


def main(argv: list[str]) -> int:
    """Run one command; the exit code."""
    options = _parser().parse_args(argv)
    folders = folders_of()
    try:
        return _run(options, folders)
    except DevclusterError as error:
        tell(f"✗ {error.what}")
        for line in error.why.splitlines():
            tell(f"    {line}")
        if error.remedy:
            tell(f"  → {error.remedy}")
        return 1
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace, folders: Folders) -> int:
    match options.command:
        case "up":
            cluster.up(folders)
        case "down":
            cluster.down(folders, purge=options.purge)
        case "status":
            return _status(folders, as_json=options.output == "json")
        case "kubeconfig":
            print(folders.kubeconfig)
        case "env":
            for name, value in cluster.exports(folders).items():
                print(f"export {name}={value}")
            print(f"export PATH={folders.bin}:$PATH")
        case "images" if options.list:
            print(render_images(folders))
        case "images":
            ensure_images(options.names or default_images(), folders)
    return 0


def _status(folders: Folders, *, as_json: bool) -> int:
    found = cluster.status(folders)
    if as_json:
        print(json.dumps({"components": [asdict(each) for each in found]}, indent=2))
    else:
        for each in found:
            state = "well" if each.well else "not well" if each.pid else "not running"
            since = f"{datetime.fromtimestamp(each.since):%Y-%m-%d %H:%M:%S}" if each.pid else "-"
            print(f"{each.name:<12} {state:<12} {each.pid or '-':<8} {since:<20} {each.log}")
    return 0 if all(each.well for each in found) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devcluster", description=cluster.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start or repair it")
    down = commands.add_parser("down", help="end it and take away all it made")
    down.add_argument("--purge", action="store_true", help="also what it keeps")
    status = commands.add_parser("status", help="each component; exit 0 if all are well")
    status.add_argument("--output", choices=("text", "json"), default="text")
    commands.add_parser("kubeconfig", help="print the path of its kubeconfig")
    commands.add_parser("env", help='print exports: eval "$(python -m devcluster env)"')
    images = commands.add_parser("images", help="base images: pulled, or made as stand-ins")
    images.add_argument("names", nargs="*", help="image names (default: those the packs use)")
    images.add_argument("--list", action="store_true", help="only say what can be made")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

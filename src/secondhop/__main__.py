"""`secondhop` and `python -m secondhop`: the command line, which may be interrupted before it is there."""

import sys


def main() -> int:
    """Runs one command and returns its exit code."""
    try:
        from secondhop.cli import main as run

        return run()
    except KeyboardInterrupt:  # while modules are loaded, or once again while the first is told of
        print("error: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())

"""`python -m secondhop` is the command line."""

import sys

from secondhop.cli import main

if __name__ == "__main__":
    sys.exit(main())

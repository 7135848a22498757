"""``python -m heartguard``: the same as the console script ``heartguard``."""

import sys

from heartguard.cli import main

if __name__ == "__main__":
    sys.exit(main())

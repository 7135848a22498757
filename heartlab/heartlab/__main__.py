"""``python -m heartlab``."""

import sys

from heartlab.cli import main

sys.exit(main())

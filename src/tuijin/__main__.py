"""`python -m tuijin`."""

import sys

from tuijin.cli import main

sys.exit(main())

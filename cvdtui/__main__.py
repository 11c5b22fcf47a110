"""`cvdtui` and `python -m cvdtui`."""

import sys

from cvdtui.cli import main

if __name__ == "__main__":
    sys.exit(main())

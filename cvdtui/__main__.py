"""`cvdtui` and `python -m cvdtui`."""

import gc
import sys

from cvdtui.cli import main

gc.disable()
"""Off until the first snapshot or trade: what modules create while they load lives on."""

if __name__ == "__main__":
    sys.exit(main())

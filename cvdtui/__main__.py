"""`cvdtui` and `python -m cvdtui`."""

import gc
import sys

from cvdtui.cli import main

gc.disable()
"""Until the first picture or trade: what is made while loading stays, so looking through it is in vain."""

if __name__ == "__main__":
    sys.exit(main())

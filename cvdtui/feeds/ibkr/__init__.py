"""Interactive Brokers by TWS or the Gateway: trades and quotes tick by tick, sides inferred. No orders."""

from cvdtui.feeds.ibkr.feed import IbkrFeed
from cvdtui.feeds.ibkr.options import IbkrOptions

__all__ = ["IbkrFeed", "IbkrOptions"]

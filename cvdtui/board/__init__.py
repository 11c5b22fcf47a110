"""Trades meet markets: what the feeds deliver, routed to each market's state."""

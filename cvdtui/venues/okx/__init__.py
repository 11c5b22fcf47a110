"""OKX: spot, swaps and futures."""

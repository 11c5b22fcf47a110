"""Gate: spot and futures."""

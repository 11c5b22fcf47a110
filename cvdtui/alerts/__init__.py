"""Alerts that reach the trader: rules, conditions, channels, delivery. Knows no venue and no screen."""

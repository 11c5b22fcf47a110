"""Bybit: linear, spot and inverse markets."""

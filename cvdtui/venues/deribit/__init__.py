"""Deribit: futures, perpetuals and spot."""

"""Signals over closed bars: what each is, its evaluation and its record. See README.md beside this file."""

"""Every test here has an empty home."""

from tests.homes import home, own_config

__all__ = ["home", "own_config"]

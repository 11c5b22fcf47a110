"""The configuration: keys, defaults, and how layers of tables become one frozen Config. Reads no file."""

from cvdtui.config.alerts import AlertChannel, AlertRule, Alerts
from cvdtui.config.layers import Layer, load, merge
from cvdtui.config.names import dotted, toml_key
from cvdtui.config.schema import (
    DEFAULTS,
    Config,
    HistoryConfig,
    IbkrConfig,
    IbkrContract,
    JournalConfig,
    MemoryConfig,
    RowConfig,
    SessionConfig,
    SessionTime,
    TapeConfig,
    VenueAddress,
)

__all__ = [
    "DEFAULTS",
    "AlertChannel",
    "AlertRule",
    "Alerts",
    "Config",
    "HistoryConfig",
    "IbkrConfig",
    "IbkrContract",
    "JournalConfig",
    "Layer",
    "MemoryConfig",
    "RowConfig",
    "SessionConfig",
    "SessionTime",
    "TapeConfig",
    "VenueAddress",
    "dotted",
    "load",
    "merge",
    "toml_key",
]

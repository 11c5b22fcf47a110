"""Every key of the configuration with its default: the one place where a default is written."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Struct, field

from cvdtui.config import signals, validators
from cvdtui.config.alerts import Alerts
from cvdtui.model import ANCHORS, AnchorName, Unit

SEC_TYPES = ("STK", "FUT", "CONTFUT", "CASH", "CRYPTO", "OPT", "FOP", "IND", "CFD", "CMDTY", "BOND")
"""Interactive Brokers' kinds of contracts."""


class SessionTime(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the session of one market begins; None takes the general value."""

    start: Annotated[str | None, validators.CLOCK] = None
    zone: Annotated[str | None, validators.ZONE] = None


class SessionConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When sessions begin."""

    start: Annotated[str, validators.CLOCK] = "00:00"
    """Time of day in `zone`, "HH:MM"."""
    zone: Annotated[str, validators.ZONE] = "UTC"
    """IANA name."""
    markets: Annotated[dict[str, SessionTime], validators.MARKET] = field(default_factory=dict)


class RowConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Row sizes of footprint and profile in price units; None is automatic."""

    default: Annotated[Decimal | None, validators.ROW] = None
    markets: Annotated[dict[str, Annotated[Decimal | None, validators.ROW]], validators.MARKET] = field(
        default_factory=dict
    )


class MemoryConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of the past is kept, for each market."""

    bars: Annotated[int, validators.whole(100, 100_000, "bars")] = 2000
    """Of each timeframe."""
    footprints: Annotated[int, validators.whole(10, 100_000, "bars")] = 500
    """Bars of each timeframe that keep their rows."""
    prints: Annotated[int, validators.whole(10, 100_000, "trades")] = 1000
    """Lines of time and sales."""


class TapeConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens while trades are missing."""

    hold: Annotated[int, validators.whole(100, 5_000_000, "trades")] = 50_000
    """Later trades of a market that wait for missing ones."""
    gap_timeout_s: Annotated[float, validators.number(1, 3600, "seconds")] = 60.0
    """After this the missing trades are lost, and the tape goes on."""


class HistoryConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is fetched on start."""

    klines: Annotated[bool, validators.SWITCH] = True
    """Fill session and week from the venue's candles."""
    trades_minutes: Annotated[int, validators.whole(0, 1440, "minutes")] = 60
    """Fill the rows of this much from trades."""


class JournalConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is written down of signals and bars, so that they can be scored."""

    enabled: Annotated[bool, validators.SWITCH] = True
    megabytes: Annotated[int, validators.whole(1, 100_000, "megabytes")] = 64
    """At most, all its files together; the oldest are dropped."""


class VenueAddress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one venue is reached; an empty address is the venue's own."""

    ws_url: Annotated[str, validators.address("ws", "wss")] = ""
    rest_url: Annotated[str, validators.address("http", "https")] = ""
    weight_share: Annotated[float, validators.number(0.01, 1, "shares")] = 0.5
    """Share of the venue's REST budget that may be spent."""


class IbkrContract(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields that pick one contract of Interactive Brokers; empty ones are left to it."""

    sec_type: Annotated[str, validators.choice(*SEC_TYPES)] = "STK"
    symbol: Annotated[str, validators.WORD] = ""
    exchange: Annotated[str, validators.WORD] = ""
    currency: Annotated[str, validators.WORD] = ""
    expiry: Annotated[str, validators.WORD] = ""
    local_symbol: Annotated[str, validators.WORD] = ""
    trading_class: Annotated[str, validators.WORD] = ""
    primary_exchange: Annotated[str, validators.WORD] = ""
    multiplier: Annotated[str, validators.WORD] = ""
    right: Annotated[str, validators.choice("", "C", "P")] = ""
    strike: Annotated[float, validators.number(0, 1e9, "price units")] = 0.0
    con_id: Annotated[int, validators.whole(0, 2**31 - 1, "the contract's id")] = 0


class IbkrConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How Interactive Brokers is reached, by TWS or the Gateway, and how its ticks are read."""

    host: Annotated[str, validators.HOST] = "127.0.0.1"
    port: Annotated[int, validators.whole(1, 65_535, "the port")] = 7497
    """7497 TWS paper, 7496 TWS live, 4002 Gateway paper, 4001 Gateway live."""
    client_id: Annotated[int, validators.whole(0, 2**31 - 1, "the client")] = 7
    include_unreported: Annotated[bool, validators.SWITCH] = False
    """Odd lots, combinations and average-price prints count as trades."""
    quote_lag_ms: Annotated[int, validators.whole(0, 10_000, "milliseconds")] = 0
    """A trade is compared with a quote at least this old."""
    backfill_minutes: Annotated[int, validators.whole(0, 120, "minutes")] = 5
    """So much before the start, and of a break, is fetched from historical ticks: approximate."""
    hours: Annotated[Literal["eth", "rth"], validators.choice("eth", "rth")] = "eth"
    """Sessions begin with all trading (eth) or with regular hours (rth), where not configured."""
    allow_negative: Annotated[tuple[str, ...], validators.FEW_MARKETS] = ()
    """Markets whose prices may be 0 or less."""
    contracts: Annotated[dict[str, IbkrContract], validators.MARKET] = field(default_factory=dict)


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    markets: Annotated[tuple[str, ...], validators.MARKETS] = (
        "binance-usdm:BTCUSDT",
        "binance:BTCUSDT",
        "binance-usdm:ETHUSDT",
        "binance:ETHUSDT",
        "binance-usdm:SOLUSDT",
        "binance:SOLUSDT",
        "binance-usdm:XRPUSDT",
        "binance:XRPUSDT",
    )
    bar: Annotated[int, validators.BAR] = 60
    """Seconds."""
    rolling: Annotated[int, validators.whole(1, 1_000_000, "trades")] = 1000
    anchor: Annotated[AnchorName, validators.choice(*ANCHORS)] = "session"
    unit: Annotated[Unit, validators.choice("base", "quote")] = "base"
    refresh_hz: Annotated[float, validators.number(0.5, 30, "pictures a second")] = 10.0
    time_zone: Annotated[str, validators.SHOWN_ZONE] = "UTC"
    """Of times on the screen: IANA name or `local`."""
    theme: Annotated[str, validators.THEME] = "dark"
    mouse: Annotated[Literal["auto", "on", "off"], validators.choice("auto", "on", "off")] = "auto"
    preset: Annotated[str, validators.PRESET] = "trader"
    min_print_size: Annotated[float, validators.number(0, 1e15, "units")] = 0.0
    """In `unit`."""
    exclude_zero: Annotated[bool, validators.SWITCH] = False
    """Highest and lowest delta of a bar without the 0 it began with."""
    session: SessionConfig = field(default_factory=SessionConfig)
    row: RowConfig = field(default_factory=RowConfig)
    memory: MemoryConfig = field(default_factory=MemoryConfig)
    tape: TapeConfig = field(default_factory=TapeConfig)
    history: HistoryConfig = field(default_factory=HistoryConfig)
    alerts: Alerts = field(default_factory=Alerts)
    journal: JournalConfig = field(default_factory=JournalConfig)
    venues: Annotated[dict[str, VenueAddress], validators.VENUE] = field(default_factory=dict)
    ibkr: IbkrConfig = field(default_factory=IbkrConfig)
    signals: Annotated[dict[str, object], validators.SIGNALS] = field(default_factory=dict)
    """By signal, as it was read; cvdtui/signals/parameters.py says what is in force."""
    levels: Annotated[dict[str, Annotated[tuple[str, ...], validators.PRICES]], validators.MARKET] = field(
        default_factory=dict
    )
    """Key levels by market, as plain decimals."""
    shadow_side: Annotated[bool, validators.SWITCH] = False
    """Side rules run beside the exchange's own flag, and are judged by it."""

    def session_of(self, market: str) -> tuple[str, str]:
        """Start ("HH:MM") and time zone of a market's session."""
        own = self.session.markets.get(market, SessionTime())
        return own.start or self.session.start, own.zone or self.session.zone

    def row_of(self, market: str) -> Decimal | None:
        """Row size of a market in price units; None is automatic."""
        return self.row.markets.get(market, self.row.default)

    @property
    def signal_coverage(self) -> float:
        """Share of the session that must be known for a signal to count."""
        found = self.signals.get("coverage", signals.COVERAGE)
        return float(found) if isinstance(found, int | float) else signals.COVERAGE

    def venue(self, name: str) -> VenueAddress:
        """How a venue is reached."""
        return self.venues.get(name, VenueAddress())


DEFAULTS = Config()
"""The configuration of a user who set nothing: what other modules take a default from."""

"""Every key of the configuration with its default; config.toml says the same in a trader's words."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Struct, field

from cvdtui.config import rules, signaling
from cvdtui.config.alerting import Alerts
from cvdtui.model import ANCHORS, AnchorName, Unit

SEC_TYPES = ("STK", "FUT", "CONTFUT", "CASH", "CRYPTO", "OPT", "FOP", "IND", "CFD", "CMDTY", "BOND")
"""Interactive Brokers' kinds of contracts."""


class SessionTime(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the session of one market begins; None takes the general value."""

    start: Annotated[str | None, rules.CLOCK] = None
    zone: Annotated[str | None, rules.ZONE] = None


class Session(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When sessions begin."""

    start: Annotated[str, rules.CLOCK] = "00:00"
    """Time of day in `zone`, "HH:MM"."""
    zone: Annotated[str, rules.ZONE] = "UTC"
    """IANA name."""
    markets: Annotated[dict[str, SessionTime], rules.MARKET] = field(default_factory=dict)


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Row sizes of footprint and profile in price units; None is automatic."""

    default: Annotated[Decimal | None, rules.ROW] = None
    markets: Annotated[dict[str, Annotated[Decimal | None, rules.ROW]], rules.MARKET] = field(
        default_factory=dict
    )


class Memory(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of the past is kept, for each market."""

    bars: Annotated[int, rules.whole(100, 100_000, "bars")] = 2000
    """Of each timeframe."""
    footprints: Annotated[int, rules.whole(10, 100_000, "bars")] = 500
    """Bars of each timeframe that keep their rows."""
    prints: Annotated[int, rules.whole(10, 100_000, "trades")] = 1000
    """Lines of time and sales."""


class Tape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens while trades are missing."""

    hold: Annotated[int, rules.whole(100, 5_000_000, "trades")] = 50_000
    """Later trades of a market that wait for missing ones."""
    gap_timeout_s: Annotated[float, rules.number(1, 3600, "seconds")] = 60.0
    """After this the missing trades are lost, and the tape goes on."""


class History(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is fetched on start."""

    klines: Annotated[bool, rules.SWITCH] = True
    """Fill session and week from the venue's candles."""
    trades_minutes: Annotated[int, rules.whole(0, 1440, "minutes")] = 60
    """Fill the rows of this much from trades."""


class Journal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is written down of signals and bars, so that they can be scored."""

    enabled: Annotated[bool, rules.SWITCH] = True
    megabytes: Annotated[int, rules.whole(1, 100_000, "megabytes")] = 64
    """At most, all its files together; the oldest are dropped."""


class VenueAddress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one venue is reached; an empty address is the venue's own."""

    ws_url: Annotated[str, rules.address("ws", "wss")] = ""
    rest_url: Annotated[str, rules.address("http", "https")] = ""
    weight_share: Annotated[float, rules.number(0.01, 1, "shares")] = 0.5
    """Share of the venue's REST budget that may be spent."""


class IbkrContract(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields that pick one contract of Interactive Brokers; empty ones are left to it."""

    sec_type: Annotated[str, rules.choice(*SEC_TYPES)] = "STK"
    symbol: Annotated[str, rules.WORD] = ""
    exchange: Annotated[str, rules.WORD] = ""
    currency: Annotated[str, rules.WORD] = ""
    expiry: Annotated[str, rules.WORD] = ""
    local_symbol: Annotated[str, rules.WORD] = ""
    trading_class: Annotated[str, rules.WORD] = ""
    primary_exchange: Annotated[str, rules.WORD] = ""
    multiplier: Annotated[str, rules.WORD] = ""
    right: Annotated[str, rules.choice("", "C", "P")] = ""
    strike: Annotated[float, rules.number(0, 1e9, "price units")] = 0.0
    con_id: Annotated[int, rules.whole(0, 2**31 - 1, "the contract's id")] = 0


class Ibkr(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How Interactive Brokers is reached, by TWS or the Gateway, and how its ticks are read."""

    host: Annotated[str, rules.HOST] = "127.0.0.1"
    port: Annotated[int, rules.whole(1, 65_535, "the port")] = 7497
    """7497 TWS paper, 7496 TWS live, 4002 Gateway paper, 4001 Gateway live."""
    client_id: Annotated[int, rules.whole(0, 2**31 - 1, "the client")] = 7
    include_unreported: Annotated[bool, rules.SWITCH] = False
    """Odd lots, combinations and average-price prints count as trades."""
    quote_lag_ms: Annotated[int, rules.whole(0, 10_000, "milliseconds")] = 0
    """A trade is compared with a quote at least this old."""
    backfill_minutes: Annotated[int, rules.whole(0, 120, "minutes")] = 5
    """So much before the start, and of a break, is fetched from historical ticks: approximate."""
    hours: Annotated[Literal["eth", "rth"], rules.choice("eth", "rth")] = "eth"
    """Sessions begin with all trading (eth) or with regular hours (rth), where not configured."""
    allow_negative: Annotated[tuple[str, ...], rules.FEW_MARKETS] = ()
    """Markets whose prices may be 0 or less."""
    contracts: Annotated[dict[str, IbkrContract], rules.MARKET] = field(default_factory=dict)


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    markets: Annotated[tuple[str, ...], rules.MARKETS] = (
        "binance-usdm:BTCUSDT",
        "binance:BTCUSDT",
        "binance-usdm:ETHUSDT",
        "binance:ETHUSDT",
        "binance-usdm:SOLUSDT",
        "binance:SOLUSDT",
        "binance-usdm:XRPUSDT",
        "binance:XRPUSDT",
    )
    bar: Annotated[int, rules.BAR] = 60
    """Seconds."""
    rolling: Annotated[int, rules.whole(1, 1_000_000, "trades")] = 1000
    anchor: Annotated[AnchorName, rules.choice(*ANCHORS)] = "session"
    unit: Annotated[Unit, rules.choice("base", "quote")] = "base"
    refresh_hz: Annotated[float, rules.number(0.5, 30, "pictures a second")] = 10.0
    time_zone: Annotated[str, rules.SHOWN_ZONE] = "UTC"
    """Of times on the screen: IANA name or `local`."""
    theme: Annotated[str, rules.THEME] = "dark"
    mouse: Annotated[Literal["auto", "on", "off"], rules.choice("auto", "on", "off")] = "auto"
    preset: Annotated[str, rules.PRESET] = "trader"
    min_print_size: Annotated[float, rules.number(0, 1e15, "units")] = 0.0
    """In `unit`."""
    exclude_zero: Annotated[bool, rules.SWITCH] = False
    """Highest and lowest delta of a bar without the 0 it began with."""
    session: Session = field(default_factory=Session)
    row: Row = field(default_factory=Row)
    memory: Memory = field(default_factory=Memory)
    tape: Tape = field(default_factory=Tape)
    history: History = field(default_factory=History)
    alerts: Alerts = field(default_factory=Alerts)
    journal: Journal = field(default_factory=Journal)
    venues: Annotated[dict[str, VenueAddress], rules.VENUE] = field(default_factory=dict)
    ibkr: Ibkr = field(default_factory=Ibkr)
    signals: Annotated[dict[str, object], rules.SIGNALS] = field(default_factory=dict)
    """By signal, as it was read; cvdtui/signals/parameters.py says what is in force."""
    levels: Annotated[dict[str, Annotated[tuple[str, ...], rules.PRICES]], rules.MARKET] = field(
        default_factory=dict
    )
    """Key levels by market, as plain decimals."""
    shadow_side: Annotated[bool, rules.SWITCH] = False
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
        found = self.signals.get("coverage", signaling.COVERAGE)
        return float(found) if isinstance(found, int | float) else signaling.COVERAGE

    def venue(self, name: str) -> VenueAddress:
        """How a venue is reached."""
        return self.venues.get(name, VenueAddress())

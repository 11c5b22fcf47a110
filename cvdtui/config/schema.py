"""Every key of the configuration with its default: the one place where a default is written.

The text under a field is its meaning in the key table of README.md beside this file.
"""

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
    """Start of this market's session; absent: `session.start`."""
    zone: Annotated[str | None, validators.ZONE] = None
    """Time zone of that; absent: `session.zone`."""


class SessionConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When sessions begin."""

    start: Annotated[str, validators.CLOCK] = "00:00"
    """Time of day at which sessions begin, in `session.zone`."""
    zone: Annotated[str, validators.ZONE] = "UTC"
    """Time zone of `session.start`, an IANA name."""
    markets: Annotated[dict[str, SessionTime], validators.MARKET] = field(default_factory=dict)


class RowConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Row sizes of footprint and profile in price units; None is automatic."""

    default: Annotated[Decimal | None, validators.ROW] = None
    """Row size of footprint and profile, in price units. `auto`: the smallest 1-2-5 step that gives a usual
    bar at most 12 rows, chosen once a session."""
    markets: Annotated[dict[str, Annotated[Decimal | None, validators.ROW]], validators.MARKET] = field(
        default_factory=dict
    )
    """Row size of one market; absent: `row.default`."""


class MemoryConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of the past is kept, for each market."""

    bars: Annotated[int, validators.whole(100, 100_000, "bars")] = 2000
    """Bars kept of each timeframe and market."""
    footprints: Annotated[int, validators.whole(10, 100_000, "bars")] = 500
    """Bars of each timeframe and market that keep their rows."""
    prints: Annotated[int, validators.whole(10, 100_000, "trades")] = 1000
    """Lines of time and sales kept of each market."""


class TapeConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens while trades are missing."""

    hold: Annotated[int, validators.whole(100, 5_000_000, "trades")] = 50_000
    """Later trades of a market that wait for missing ones."""
    gap_timeout_s: Annotated[float, validators.number(1, 3600, "seconds")] = 60.0
    """Seconds after which missing trades count as lost, and the tape goes on."""


class HistoryConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is fetched on start."""

    klines: Annotated[bool, validators.SWITCH] = True
    """Fill session and week from the venue's candles on start. `false` fetches no history at all."""
    trades_minutes: Annotated[int, validators.whole(0, 1440, "minutes")] = 60
    """Fill the rows of the last minutes before the start from trades; 0: none."""


class JournalConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The journal of closed bars and signals that `cvdtui score` reads."""

    enabled: Annotated[bool, validators.SWITCH] = True
    """Write closed bars and signals of a live run to `signals.jsonl`, beside the state file."""
    megabytes: Annotated[int, validators.whole(1, 100_000, "megabytes")] = 64
    """Size of the journal at most, all its files together; the oldest are dropped."""


class VenueAddress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses and request budget of one venue; an empty address is the venue's own."""

    ws_url: Annotated[str, validators.address("ws", "wss")] = ""
    """Another WebSocket address; absent: the venue's own."""
    rest_url: Annotated[str, validators.address("http", "https")] = ""
    """Another REST address; absent: the venue's own."""
    weight_share: Annotated[float, validators.number(0.01, 1)] = 0.5
    """Share of the venue's REST budget that may be spent; the rest is for others on your address."""


class IbkrContract(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields that select one contract of Interactive Brokers; empty ones are left to it."""

    sec_type: Annotated[str, validators.choice(*SEC_TYPES)] = "STK"
    """Kind of contract."""
    symbol: Annotated[str, validators.WORD] = ""
    """Symbol of the underlying, such as `SPX`."""
    exchange: Annotated[str, validators.WORD] = ""
    """Exchange it is routed to, such as `SMART` or `CME`."""
    currency: Annotated[str, validators.WORD] = ""
    """Currency, such as `USD`."""
    expiry: Annotated[str, validators.WORD] = ""
    """Last trading day or contract month, such as `20261218`."""
    local_symbol: Annotated[str, validators.WORD] = ""
    """Symbol at the exchange, such as `ESZ6`."""
    trading_class: Annotated[str, validators.WORD] = ""
    """Trading class, such as `SPXW`."""
    primary_exchange: Annotated[str, validators.WORD] = ""
    """Listing exchange, where `SMART` alone is not clear."""
    multiplier: Annotated[str, validators.WORD] = ""
    """Multiplier, as IB writes it."""
    right: Annotated[str, validators.choice("", "C", "P")] = ""
    """Call or put, of options."""
    strike: Annotated[float, validators.number(0, 1e9, "price units")] = 0.0
    """Strike, of options."""
    con_id: Annotated[int, validators.whole(0, 2**31 - 1)] = 0
    """IB's own number of the contract; 0: by the other fields."""


class IbkrConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How Interactive Brokers is reached, by TWS or the Gateway, and how its ticks are read."""

    host: Annotated[str, validators.HOST] = "127.0.0.1"
    """Host on which TWS or the Gateway listens."""
    port: Annotated[int, validators.whole(1, 65_535)] = 7497
    """Its port: 7497 TWS paper, 7496 TWS live, 4002 Gateway paper, 4001 Gateway live."""
    client_id: Annotated[int, validators.whole(0, 2**31 - 1)] = 7
    """Client id: another number for every program that is connected."""
    include_unreported: Annotated[bool, validators.SWITCH] = False
    """Odd lots, combinations and average-price prints count as trades."""
    quote_lag_ms: Annotated[int, validators.whole(0, 10_000, "milliseconds")] = 0
    """A trade is compared with a quote at least this old; where quotes run ahead of trades, 10 to 50 repairs
    the sides."""
    backfill_minutes: Annotated[int, validators.whole(0, 120, "minutes")] = 5
    """Minutes before the start, and of a break, fetched from historical ticks: approximate; 0: none."""
    hours: Annotated[Literal["eth", "rth"], validators.choice("eth", "rth")] = "eth"
    """Sessions begin with all trading (eth) or with regular hours (rth) of the exchange, where
    `session.markets` has none."""
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
    """The markets, in the order of the table."""
    bar: Annotated[int, validators.BAR] = 60
    """Bar length."""
    rolling: Annotated[int, validators.whole(1, 1_000_000, "trades")] = 1000
    """Trades in the rolling CVD; 500 to 2000 is useful."""
    anchor: Annotated[AnchorName, validators.choice(*ANCHORS)] = "session"
    """Where the CVD on the screen begins; `start`: all that was seen, `mark`: your own mark."""
    unit: Annotated[Unit, validators.choice("base", "quote")] = "base"
    """Sizes in base units (BTC), or as value in quote units (USDT), so that markets can be compared."""
    refresh_hz: Annotated[float, validators.number(0.5, 30, "redraws a second")] = 10.0
    """Redraws a second. Trades are counted as they come, whatever this says."""
    time_zone: Annotated[str, validators.SHOWN_ZONE] = "UTC"
    """Time zone of times on the screen: an IANA name, or `local`. Files and reports are UTC."""
    theme: Annotated[str, validators.THEME] = "dark"
    """Colours: the name of a file in `themes/`."""
    mouse: Annotated[Literal["auto", "on", "off"], validators.choice("auto", "on", "off")] = "auto"
    """Mouse; `auto` is off over SSH, where it gets in the way of selecting text. Every function has a key."""
    preset: Annotated[str, validators.PRESET] = "trader"
    """Layout: trader (everything), screener (the table), chart, ladder."""
    min_print_size: Annotated[float, validators.number(0, 1e15, "units")] = 0.0
    """Time and sales shows trades of at least this size, in `unit`."""
    exclude_zero: Annotated[bool, validators.SWITCH] = False
    """Highest and lowest delta of a bar leave out the 0 it began with."""
    shadow_side: Annotated[bool, validators.SWITCH] = False
    """Side rules (tick, quote, Lee-Ready, candle, BVC) run beside the exchange's own flags and are measured
    against them, on Binance; `?` shows how they do. Costs a stream of quotes a market."""
    session: SessionConfig = field(default_factory=SessionConfig)
    row: RowConfig = field(default_factory=RowConfig)
    levels: Annotated[dict[str, Annotated[tuple[str, ...], validators.PRICES]], validators.MARKET] = field(
        default_factory=dict
    )
    """Key levels of a market: drawn on chart and ladder, and watched by the slope signal, in every command.
    Those dropped on the screen (`l`) take their place there."""
    memory: MemoryConfig = field(default_factory=MemoryConfig)
    tape: TapeConfig = field(default_factory=TapeConfig)
    history: HistoryConfig = field(default_factory=HistoryConfig)
    signals: Annotated[dict[str, object], validators.SIGNALS] = field(default_factory=dict)
    """By signal, as it was read; cvdtui/signals/parameters.py says what is in force."""
    alerts: Alerts = field(default_factory=Alerts)
    journal: JournalConfig = field(default_factory=JournalConfig)
    venues: Annotated[dict[str, VenueAddress], validators.VENUE] = field(default_factory=dict)
    ibkr: IbkrConfig = field(default_factory=IbkrConfig)

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

"""Every key of the configuration with its default; config.toml says the same in a trader's words."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Struct, field

from cvdtui.config import rules
from cvdtui.model import ANCHORS, AnchorName, Unit


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


class VenueAddress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one venue is reached; an empty address is the venue's own."""

    ws_url: Annotated[str, rules.address("ws", "wss")] = ""
    rest_url: Annotated[str, rules.address("http", "https")] = ""
    weight_share: Annotated[float, rules.number(0.01, 1, "shares")] = 0.5
    """Share of the venue's REST budget that may be spent."""


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
    venues: Annotated[dict[str, VenueAddress], rules.VENUE] = field(default_factory=dict)

    def session_of(self, market: str) -> tuple[str, str]:
        """Start ("HH:MM") and time zone of a market's session."""
        own = self.session.markets.get(market, SessionTime())
        return own.start or self.session.start, own.zone or self.session.zone

    def row_of(self, market: str) -> Decimal | None:
        """Row size of a market in price units; None is automatic."""
        return self.row.markets.get(market, self.row.default)

    def venue(self, name: str) -> VenueAddress:
        """How a venue is reached."""
        return self.venues.get(name, VenueAddress())

"""`run`, `demo` and `replay` on the screen: themes, the user's choices and a Source, put together."""

import os
import re
from collections.abc import Sequence

from msgspec import structs

from cvdtui.app import MonitorApp, Source
from cvdtui.config import AlertRule, Alerts, Config
from cvdtui.config.alerts import SIGNALS
from cvdtui.errors import UsageError
from cvdtui.model import TIMEFRAMES, View
from cvdtui.sources.keepers import Keepers
from cvdtui.sources.live import LiveSource
from cvdtui.sources.options import DemoOptions, ReplayOptions, RunOptions
from cvdtui.store import shipped, user_state
from cvdtui.theme import Theme, parse_theme


def show_live(options: RunOptions) -> int:
    """The configured markets, live."""
    source = LiveSource(
        options.config,
        notices=options.notices,
        keepers=Keepers(market=remember_market, alerts=remember_alerts, levels=remember_levels),
        alerts=kept_alerts(options.config.alerts),
        journal=user_state.journal_path(),
        levels=kept_levels(),
    )
    return _show(source, options.config, options.seconds)


def show_demo(options: DemoOptions) -> int:
    """The demo exchange's markets."""
    source = LiveSource(options.config, notices=options.notices, exchange=options, levels=kept_levels())
    return _show(source, options.config, options.seconds)


def show_replay(options: ReplayOptions) -> int:
    """Recorded trades."""
    from cvdtui.sources.replay import ReplaySource

    return _show(ReplaySource(options, levels=kept_levels()), options.config, options.seconds)


def remember_market(name: str, followed: bool) -> str:  # noqa: FBT001 - as Keepers
    """Keeps the user's change of markets; a warning when it cannot be kept."""
    state = user_state.load_state()
    added = [market for market in state.added if market != name]
    removed = [market for market in state.removed if market != name]
    (added if followed else removed).append(name)
    return user_state.save_state(structs.replace(state, added=tuple(added), removed=tuple(removed)))


def kept_alerts(alerts: Alerts) -> list[AlertRule]:
    """Rules that were added on the screen, as far as they still make sense."""
    found: list[AlertRule] = []
    for one in user_state.load_state().alerts:
        to = None if one.to is None else tuple(name for name in one.to if alerts.kind_of(name) is not None)
        if one.signal in ("*", *SIGNALS) and one.bar in (0, *TIMEFRAMES) and _is_condition(one.when):
            found.append(
                AlertRule(
                    market=one.market,
                    signal=one.signal,
                    strength=one.strength,
                    side=one.side,
                    bar=one.bar,
                    when=one.when,
                    to=to or None,
                )
            )
    return found


def _is_condition(text: str) -> bool:
    from cvdtui.alerts.condition import Condition

    try:
        return not text or bool(Condition(text).names)
    except UsageError:
        return False


def remember_alerts(rules: Sequence[AlertRule]) -> str:
    """Keeps the rules added on the screen; a warning when they cannot be kept."""
    kept = tuple(
        user_state.KeptAlert(
            market=rule.market,
            signal=rule.signal,
            strength=rule.strength,
            side=rule.side,
            bar=rule.bar,
            when=rule.when,
            to=rule.to,
        )
        for rule in rules
    )
    return user_state.save_state(structs.replace(user_state.load_state(), alerts=kept))


def kept_levels() -> dict[str, tuple[str, ...]]:
    """Key levels by market, as far as they are prices."""
    kept = user_state.load_state().levels
    return {market: tuple(filter(_is_price, prices)) for market, prices in kept.items()}


def remember_levels(market: str, prices: tuple[str, ...]) -> str:
    """Keeps the key levels of one market; a warning when they cannot be kept."""
    state = user_state.load_state()
    others = {name: kept for name, kept in state.levels.items() if name != market}
    levels = {**others, market: prices} if prices else others
    return user_state.save_state(structs.replace(state, levels=levels))


def _is_price(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", text) is not None


def _show(source: Source, config: Config, seconds: float | None) -> int:
    app = MonitorApp(
        source,
        themes=_themes(),
        theme=config.theme,
        refresh_hz=config.refresh_hz,
        time_zone="" if config.time_zone == "UTC" else config.time_zone,
        # Over SSH mouse reports get in the way of selecting text, and every function has a key.
        mouse=config.mouse == "on" or (config.mouse == "auto" and "SSH_CONNECTION" not in os.environ),
        view=View(
            timeframe=config.bar, anchor=config.anchor, unit=config.unit, min_size=config.min_print_size
        ),
        preset=config.preset,
        save_theme=_save_theme,
        seconds=seconds,
    )
    if isinstance(source, LiveSource):
        source.write_terminal = app.write_terminal
    return app.show()


def _themes() -> dict[str, Theme]:
    return {
        name: parse_theme(path.read_text(encoding="utf-8"), str(path))
        for name, path in shipped.theme_files().items()
    }


def _save_theme(name: str) -> None:
    warning = user_state.save_state(structs.replace(user_state.load_state(), theme=name))
    if warning:
        raise OSError(warning)

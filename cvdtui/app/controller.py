"""What is looked at and how, and every action that changes it; it never draws and never waits."""

from collections.abc import Callable

from msgspec.structs import replace

from cvdtui.app import commands
from cvdtui.app.add_market import Adding
from cvdtui.app.alert_actions import Alerting
from cvdtui.app.background import BackgroundTasks
from cvdtui.app.explain_focus import Explaining
from cvdtui.app.keys import action_of
from cvdtui.app.layout import PRESETS
from cvdtui.app.layout_state import ORDER, LayoutState
from cvdtui.app.levels import NO_PRICE, dropped
from cvdtui.app.picker import Picker
from cvdtui.app.prompt import Prompt
from cvdtui.app.replay_controls import Player
from cvdtui.app.source import Source
from cvdtui.app.view_actions import Looking
from cvdtui.model import Snapshot, View
from cvdtui.panes import Panes
from cvdtui.panes.groups import GroupsPane
from cvdtui.panes.help import Help
from cvdtui.panes.line import Answer, Filtered, Pane
from cvdtui.panes.markets import MarketsPane
from cvdtui.panes.offline import Offline


class Controller:
    """View, stage, panes and prompt.

    `do` performs an action by name and says False when it is not one of its own.
    """

    def __init__(self, source: Source, view: View, layout_state: LayoutState) -> None:
        self.source = source
        self.layout_state = layout_state
        self.view = view
        self.markets = MarketsPane()
        self._grouped = GroupsPane()
        self.panes = Panes(markets=self.markets)
        self.help = Help()
        self.explaining = Explaining(self.panes, layout_state)
        self.offline = Offline()
        self.message = ""
        self.prompt: Prompt | Picker | None = None
        self.frozen = False
        self.background = BackgroundTasks(source, self.say)
        self.adding = Adding(source, self.background)
        self.player = Player(source, self.say)
        self.alerting = Alerting(self.background, self.say)
        self.looking = Looking(lambda: self.view, self.look, self.say)
        self.snapshot = self._fresh()
        self.markets.selected = view.market
        self._prompted = ""
        self._filters: Filtered = self.markets
        """What `/` narrows."""
        self._dismissed = False
        self._histories: dict[str, list[str]] = {}
        self._actions: dict[str, Callable[[object], object]] = self._table()
        self._follow()

    def _table(self) -> dict[str, Callable[[object], object]]:
        return {
            "explain": lambda _: self._explain(),
            "help": lambda _: self._toggle_help(),
            "filter": self._filter,
            "command": lambda _: self._ask("command", ":"),
            "open": lambda _: self.layout_state.toggle_zoom(),
            "goto": self._goto,
            "back": lambda _: self._back(),
            "next_market": lambda _: self.answer(self.markets.move(1)),
            "previous_market": lambda _: self.answer(self.markets.move(-1)),
            "next_pane": lambda _: self.layout_state.next_pane(1),
            "previous_pane": lambda _: self.layout_state.next_pane(-1),
            "pane": self._pane,
            "groups": lambda _: self._groups(),
            "zoom": lambda _: self.layout_state.toggle_zoom(),
            "preset": self._preset,
            "shorter": lambda _: self.looking.timeframe(-1),
            "longer": lambda _: self.looking.timeframe(1),
            "timeframe": lambda seconds: self.look(timeframe=seconds),
            "coarser": lambda _: self.looking.rows(1),
            "finer": lambda _: self.looking.rows(-1),
            "unit": self.looking.unit,
            "anchor": self.looking.anchor,
            "mark": lambda _: self._mark(),
            "level": lambda _: self._level(),
            "freeze": lambda _: self._freeze(),
            "pause": lambda _: self.player.pause(),
            "step": lambda _: self.player.step(),
            "slower": lambda _: self.player.turn(-1),
            "faster": lambda _: self.player.turn(1),
            "speed": self.player.set_speed,
            "add": self._add,
            "remove": self._remove,
            "alert": self._alert,
            "unalert": self.alerting.remove,
            "silence": lambda _: self.alerting.remove_all(self.view.market),
            "undo": lambda _: self.background.undo(),
            "demo": self._demo,
            "least": self.looking.least,
        }

    # --- looking ------------------------------------------------------------

    def look(self, **changes: object) -> None:
        """Change the View and take a fresh picture, frozen or not."""
        if changes.keys() & {"market", "timeframe"}:
            changes = {"at_us": 0, **changes}
        self.view = replace(self.view, **{**self._wants(), **changes})
        if "market" in changes:
            self.markets.selected = self.view.market
        self.snapshot = self._fresh()
        self._follow()

    def tick(self) -> Snapshot:
        """The picture of now, or the frozen one."""
        if not self.frozen:
            wants = self._wants()
            if any(getattr(self.view, name) != value for name, value in wants.items()):
                self.view = replace(self.view, **wants)
            self.snapshot = self._fresh()
            self._follow()
        report = self.source.offline()
        self.layout_state.offline = bool(report) and not self._dismissed
        self.offline.report = report
        return self.snapshot

    def _fresh(self) -> Snapshot:
        """The snapshot of now: all that it reads is brought up to date first."""
        self.source.tick(self.view)
        return self.source.snapshot(self.view)

    def _wants(self) -> dict[str, object]:
        """What panes that are drawn ask for beyond the market at hand."""
        log = self.layout_state.is_drawn("signals")
        scored = getattr(self.panes["signals"], "scored", None) if log else None
        tpo = self.layout_state.is_drawn("profile") and getattr(self.panes["profile"], "is_tpo", False)
        group, explain = self.layout_state.is_drawn("group"), self.layout_state.explain
        return {"group": group, "log": log, "scored": scored, "tpo": tpo, "explain": explain}

    def _follow(self) -> None:
        """The market at hand is the one under the table's cursor, which always stands on one that exists."""
        self._meet()
        if self.markets.selected != self.view.market and (self.markets.selected or not self.snapshot.rows):
            self.view = replace(self.view, market=self.markets.selected)
            self.snapshot = self._fresh()
            self._meet()

    def _meet(self) -> None:
        self.markets.meet(self.snapshot.rows, self.snapshot.time_us)
        if self.markets.groups is not None:
            self.markets.groups.meet(self.snapshot.groups, self.markets.order, self.snapshot.time_us)

    def say(self, text: str) -> None:
        """One line in the status, until the next key."""
        self.message = text

    # --- keys ------------------------------------------------------------

    def press(self, key: str, character: str | None) -> str:
        """Take a key: prompt first, then focused pane, then the table of keys; an action left to the app."""
        if self.prompt is not None:
            self._type(key, character)
            return self._left_over()
        self.message = ""
        name = character if character and character.isprintable() and character != " " else key
        if not self.layout_state.small:
            answer = self.focused.press(name)
            if answer is not None:
                self.answer(answer)
                return ""
        action = action_of(name, replay=self.source.replay is not None)
        argument = name if action == "pane" else None
        if not action or self.do(action, argument):
            return self._left_over()
        return action

    _over = ""

    def _left_over(self) -> str:
        action, self._over = self._over, ""
        return action

    @property
    def focused(self) -> Pane:
        """The pane that has the keys."""
        if self.layout_state.help:
            return self.help
        if self.layout_state.offline:
            return self.offline
        if self.layout_state.explain:
            return self.explaining.pane
        return self.panes[self.layout_state.focus]

    def do(self, action: str, argument: object = None) -> bool:
        """Perform an action; False when it is the app's (quit, suspend, theme, redraw)."""
        perform = self._actions.get(action)
        if perform is None:
            return False
        perform(argument)
        return True

    def answer(self, answer: Answer) -> None:
        """Grant what a pane wished for."""
        if answer.view:
            self.look(**answer.view)
        if answer.open:
            self.layout_state.drill()
        if answer.pane:
            self.layout_state.show_alone(answer.pane)
            self.look()
        if answer.bar:
            self._jump(*answer.bar)
        if answer.action:
            self.do(answer.action, answer.argument)

    def _back(self) -> None:
        if self.layout_state.offline and not self.layout_state.help:
            self._dismissed, self.layout_state.offline = True, False
            return
        was_past = bool(self.view.at_us) and not self.layout_state.help
        if was_past:
            self.look(at_us=0)
        if (
            (not was_past or self.layout_state.origin)
            and not self.layout_state.back()
            and self.markets.pattern
        ):
            self.markets.filter("")

    def _explain(self) -> None:
        self.explaining.ask()
        if self.layout_state.explain and not self.frozen:
            self.look()

    def _toggle_help(self) -> None:
        self.layout_state.help = not self.layout_state.help

    # --- the prompt ------------------------------------------------------------

    def _ask(self, what: str, ask: str, text: str = "") -> None:
        history = self._histories.setdefault(what, [])
        complete = {"command": commands.complete, "alert": self.alerting.complete}.get(what)
        self._prompted = what
        self.prompt = Prompt(ask, text, history=history, complete=complete)

    def _type(self, key: str, character: str | None) -> None:
        prompt = self.prompt
        if prompt is None:
            return
        state = prompt.take(key, character)
        if self._prompted == "filter":
            self._filters.filter("" if state == "cancelled" else prompt.text)
        if state == "typing":
            return
        self.prompt = None
        if state == "done":
            self._entered(self._prompted, prompt.name if isinstance(prompt, Picker) else prompt.text.strip())

    def paste(self, text: str) -> None:
        """Pasted text goes into the prompt, or nowhere."""
        if self.prompt is not None:
            self.prompt.insert(text)
            if self._prompted == "filter":
                self._filters.filter(self.prompt.text)

    def _entered(self, what: str, text: str) -> None:
        if what == "add" and text:
            self._follow_market(text)
        elif what == "least":
            order = commands.read(f"min {text or 0}")
            self._order(order)
        elif what == "alert":
            self.alerting.add(text)
        elif what == "command" and text:
            self._order(commands.read(text))

    def _order(self, order: commands.Order | str) -> None:
        if isinstance(order, str):
            self.say(order)
        elif not self.do(order.action, order.argument):
            self._over = order.action if order.argument is None else f"{order.action} {order.argument}"

    # --- actions ------------------------------------------------------------

    def _filter(self, pattern: object) -> None:
        focused = self.panes[self.layout_state.focus]
        self._filters = focused if isinstance(focused, Filtered) else self.markets
        if isinstance(pattern, str):
            self._filters.filter(pattern)
        elif self.layout_state.focus == "tape":
            self._ask("least", "least size: ", f"{self.view.min_size:g}" if self.view.min_size else "")
        else:
            self._ask("filter", "/", self._filters.pattern)

    def _jump(self, market: str, seconds: int, at_us: int) -> None:
        """To a bar that has long closed: chart and ladder show it, esc goes back to now."""
        if market not in [row.market.name for row in self.snapshot.rows]:
            self.say(f"{market} is not followed any more")
            return
        self.layout_state.visit("chart")
        self.markets.filter("")
        self.markets.held = True
        self.look(market=market, timeframe=seconds, at_us=at_us)
        self.say("chart and ladder show that bar; esc goes back to now")

    def _goto(self, name: object) -> None:
        wanted = str(name).lower()
        names = [row.market.name for row in self.snapshot.rows]
        found = [one for one in names if one.lower() == wanted] or [
            one for one in names if wanted in one.lower()
        ]
        if not found:
            self.say(f"no market {name!r} here; a adds one")
            return
        self.markets.filter("")
        self.markets.held = True
        self.look(market=found[0])

    def _pane(self, name: object) -> None:
        """Show or hide a pane, by its name or its number."""
        word = str(name)
        if word.isdigit():
            word = ORDER[int(word) - 1]  # 0 is the last one
        self.layout_state.toggle(word)
        self.look()

    def _groups(self) -> None:
        """The table shows markets, or the assets they are about."""
        self.markets.groups = self._grouped if self.markets.groups is None else None
        self.look(groups=self.markets.groups is not None)
        if self.layout_state.compact:
            self.layout_state.focus = "markets"
        self.say(
            "markets added up by asset; v shows them one by one" if self.view.groups else "markets one by one"
        )

    def _preset(self, name: object) -> None:
        chosen = str(name) if name in PRESETS else self.layout_state.next_preset()
        self.layout_state.set_preset(chosen)
        self.say(f"layout {chosen}")

    def _mark(self) -> None:
        if self.view.market is None:
            self.say("no market to mark")
            return
        self.source.drop_mark(self.view.market)
        self.look(anchor="mark")
        self.say(f"mark dropped: CVD of {self.view.market} runs from here")

    def _level(self) -> None:
        """A key level at the crosshair's price line, or at the last price; one that is there goes."""
        found = dropped(self.snapshot.detail, self.panes["chart"])
        self.background.set_levels(*found, then=self.look) if found else self.say(NO_PRICE)

    def _freeze(self) -> None:
        self.frozen = not self.frozen
        self.look()
        self.say("frozen: feeds go on, space thaws" if self.frozen else "")

    def _add(self, name: object) -> None:
        """Add what a name means; ask while it may mean several, or when none was said."""
        venues = [row.market.venue for row in self.snapshot.rows]
        picker = self.adding.begin(venues, name if isinstance(name, str) else "")
        if not isinstance(name, str) or picker.take("enter", None) == "typing":
            self._prompted, self.prompt = "add", picker
        else:
            self._follow_market(picker.name)

    def _alert(self, wish: object) -> None:
        """Alert on the market at hand, as it is typed now or was in the command."""
        asked = self.alerting.ask(self.snapshot)
        if asked and isinstance(wish, str):
            self.alerting.add(wish)
        elif asked:
            self._ask("alert", asked)

    def _follow_market(self, name: str) -> None:
        self.say(f"asking for {name} ...")
        self.background.add(name)

    def _remove(self, name: object) -> None:
        chosen = str(name) if name else self.view.market
        if chosen is None or chosen not in [row.market.name for row in self.snapshot.rows]:
            self.say(f"no market {chosen!r} here" if chosen else "no market to remove")
            return
        self.background.remove(chosen)

    def _demo(self, wanted: object) -> None:
        if not wanted and not self.source.offline():
            self.say("D is for when nothing can be reached; :demo switches all the same")
            return
        self._dismissed = False
        self.say("starting the demo exchange ...")
        self.background.demo()

"""The state of the screen (view, layout, panes, prompt), and the dispatch of keys and commands to actions.

It never draws and never waits.
"""

from msgspec.structs import replace

from cvdtui.app import commands
from cvdtui.app.actions import ACTIONS, follow_market, jump
from cvdtui.app.add_market import AddMarket
from cvdtui.app.alert_actions import AlertActions
from cvdtui.app.background import BackgroundTasks
from cvdtui.app.explain_focus import ExplainFocus
from cvdtui.app.keys import action_of
from cvdtui.app.layout_state import LayoutState
from cvdtui.app.picker import Picker
from cvdtui.app.prompt import Prompt
from cvdtui.app.replay_controls import ReplayControls
from cvdtui.app.source import Source
from cvdtui.app.view_actions import ViewActions
from cvdtui.model import Snapshot, View
from cvdtui.panes import Panes
from cvdtui.panes.groups import GroupsPane
from cvdtui.panes.help import Help
from cvdtui.panes.line import Answer, Filtered, Pane
from cvdtui.panes.markets import MarketsPane
from cvdtui.panes.offline import Offline


class Controller:
    """View, layout, panes and prompt; `press` takes a key, `tick` a fresh snapshot."""

    view: View
    """What the source is requested to show."""
    snapshot: Snapshot
    """The latest one, or the frozen one."""
    message: str
    """The status line's text until the next key."""
    prompt: Prompt | Picker | None
    """The line being typed."""
    prompted: str
    """What the typed line is for: `add`, `alert`, `command`, `filter` or `least`."""
    filters: Filtered
    """The pane that `/` filters."""
    frozen: bool
    dismissed: bool
    """The offline page was closed by the user."""

    def __init__(self, source: Source, view: View, layout_state: LayoutState) -> None:
        self.source: Source = source
        self.layout_state: LayoutState = layout_state
        self.view = view
        self.message, self.prompt, self.prompted = "", None, ""
        self.frozen = self.dismissed = False
        self._left = ""
        self._histories: dict[str, list[str]] = {}
        self.markets: MarketsPane = MarketsPane()
        self.grouped: GroupsPane = GroupsPane()
        self.panes: Panes = Panes(markets=self.markets)
        self.filters = self.markets
        self.help: Help = Help()
        self.offline: Offline = Offline()
        self.explain_focus: ExplainFocus = ExplainFocus(self.panes, layout_state)
        self.background: BackgroundTasks = BackgroundTasks(source, self.say)
        self.add_market: AddMarket = AddMarket(source, self.background)
        self.replay_controls: ReplayControls = ReplayControls(source, self.say)
        self.alert_actions: AlertActions = AlertActions(self.background, self.say)
        self.view_actions: ViewActions = ViewActions(lambda: self.view, self.look, self.say)
        self.snapshot = self._fresh()
        self.markets.selected = view.market
        self._sync_selection()

    # --- snapshots ------------------------------------------------------------

    def look(self, **changes: object) -> None:
        """Change the View and take a fresh snapshot, frozen or not."""
        # a bar of the past belongs to one market and timeframe: another one is shown as it is now
        if changes.keys() & {"market", "timeframe"}:
            changes = {"at_us": 0, **changes}
        self.view = replace(self.view, **{**self._requested(), **changes})
        if "market" in changes:
            self.markets.selected = self.view.market
        self.snapshot = self._fresh()
        self._sync_selection()

    def tick(self) -> Snapshot:
        """The latest snapshot, or the frozen one."""
        if not self.frozen:
            requested = self._requested()
            if any(getattr(self.view, name) != value for name, value in requested.items()):
                self.view = replace(self.view, **requested)
            self.snapshot = self._fresh()
            self._sync_selection()
        report = self.source.offline()
        self.layout_state.offline = bool(report) and not self.dismissed
        self.offline.report = report
        return self.snapshot

    def _fresh(self) -> Snapshot:
        """The snapshot of now: all that it reads is brought up to date first."""
        self.source.tick(self.view)
        return self.source.snapshot(self.view)

    def _requested(self) -> dict[str, object]:
        """Fields of the View that cost something, on only while a pane that shows them is drawn."""
        log = self.layout_state.is_drawn("signals")
        scored = getattr(self.panes["signals"], "scored", None) if log else None
        tpo = self.layout_state.is_drawn("profile") and getattr(self.panes["profile"], "is_tpo", False)
        group, explain = self.layout_state.is_drawn("group"), self.layout_state.explain
        return {"group": group, "log": log, "scored": scored, "tpo": tpo, "explain": explain}

    def _sync_selection(self) -> None:
        """Select the market under the table's cursor, which always stands on one that exists."""
        self._update_tables()
        if self.markets.selected != self.view.market and (self.markets.selected or not self.snapshot.rows):
            self.view = replace(self.view, market=self.markets.selected)
            self.snapshot = self._fresh()
            self._update_tables()

    def _update_tables(self) -> None:
        self.markets.update(self.snapshot.rows, self.snapshot.time_us)
        if self.markets.groups is not None:
            self.markets.groups.update(self.snapshot.groups, self.markets.order, self.snapshot.time_us)

    def say(self, text: str) -> None:
        """One line in the status, until the next key."""
        self.message = text

    # --- keys ------------------------------------------------------------

    def press(self, key: str, character: str | None) -> str:
        """Give a key to the prompt, else to the focused pane, else to the schema of keys.

        Returns an action that only the app can perform; empty: none.
        """
        if self.prompt is not None:
            self._type(key, character)
            return self._left_to_app()
        self.message = ""
        name = character if character and character.isprintable() and character != " " else key
        if not self.layout_state.small:  # no pane is drawn then: its cursor must not move unseen
            answer = self.focused.press(name)
            if answer is not None:
                self.answer(answer)
                return ""
        action = action_of(name, replay=self.source.replay is not None)
        argument = name if action == "pane" else None
        if not action or self.do(action, argument):
            return self._left_to_app()
        return action

    def _left_to_app(self) -> str:
        action, self._left = self._left, ""
        return action

    @property
    def focused(self) -> Pane:
        """The pane that has the keys."""
        if self.layout_state.help:
            return self.help
        if self.layout_state.offline:
            return self.offline
        if self.layout_state.explain:
            return self.explain_focus.pane
        return self.panes[self.layout_state.focus]

    def do(self, action: str, argument: object = None) -> bool:
        """Perform an action; False when it is the app's (quit, suspend, theme, redraw)."""
        perform = ACTIONS.get(action)
        if perform is None:
            return False
        perform(self, argument)
        return True

    def answer(self, answer: Answer) -> None:
        """Apply what a pane requests."""
        if answer.view:
            self.look(**answer.view)
        if answer.open:
            self.layout_state.drill()
        if answer.pane:
            self.layout_state.show_alone(answer.pane)
            self.look()
        if answer.bar:
            jump(self, *answer.bar)
        if answer.action:
            self.do(answer.action, answer.argument)

    # --- the prompt ------------------------------------------------------------

    def ask(self, what: str, ask: str, text: str = "") -> None:
        """Open the prompt with `ask` before the text; `what` says what the typed line is for."""
        history = self._histories.setdefault(what, [])
        complete = {"command": commands.complete, "alert": self.alert_actions.complete}.get(what)
        self.prompted = what
        self.prompt = Prompt(ask, text, history=history, complete=complete)

    def _type(self, key: str, character: str | None) -> None:
        prompt = self.prompt
        if prompt is None:
            return
        state = prompt.take(key, character)
        if self.prompted == "filter":
            self.filters.filter("" if state == "cancelled" else prompt.text)
        if state == "typing":
            return
        self.prompt = None
        if state == "done":
            self._entered(self.prompted, prompt.name if isinstance(prompt, Picker) else prompt.text.strip())

    def paste(self, text: str) -> None:
        """Pasted text goes into the prompt, or nowhere."""
        if self.prompt is not None:
            self.prompt.insert(text)
            if self.prompted == "filter":
                self.filters.filter(self.prompt.text)

    def _entered(self, what: str, text: str) -> None:
        if what == "add" and text:
            follow_market(self, text)
        elif what == "least":
            call = commands.read(f"min {text or 0}")
            self._call(call)
        elif what == "alert":
            self.alert_actions.add(text)
        elif what == "command" and text:
            self._call(commands.read(text))

    def _call(self, call: commands.CommandCall | str) -> None:
        if isinstance(call, str):
            self.say(call)
        elif not self.do(call.action, call.argument):
            self._left = call.action if call.argument is None else f"{call.action} {call.argument}"

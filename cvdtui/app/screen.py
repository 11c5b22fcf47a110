"""The Textual app.

It composes the panes, hands them a Snapshot at every tick, and turns keys into actions.
"""

import gc
import sys
from collections.abc import Callable

from rich.color import ColorSystem
from rich.console import RenderableType
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.screen import Screen

from cvdtui.app.controller import Controller
from cvdtui.app.display import Display
from cvdtui.app.footer_hints import hints
from cvdtui.app.keys import KEYS
from cvdtui.app.layout import LEAST, Place
from cvdtui.app.layout_state import LayoutState
from cvdtui.app.pane_views import PaneViews
from cvdtui.app.picker import Picker
from cvdtui.app.shutdown import on_signals
from cvdtui.app.source import Source
from cvdtui.config import DEFAULTS
from cvdtui.errors import CvdtuiError
from cvdtui.model import View
from cvdtui.panes import PANES
from cvdtui.panes.bottom import Footer, Status
from cvdtui.panes.choices import Choices
from cvdtui.panes.clock import Clock
from cvdtui.panes.header import Header
from cvdtui.panes.line import Pane, Pointed
from cvdtui.panes.small import Small
from cvdtui.panes.styles import StyleSheet
from cvdtui.panes.view import PaneView
from cvdtui.theme import Theme

COLOURS = {"standard": ColorSystem.STANDARD, "256": ColorSystem.EIGHT_BIT, "truecolor": ColorSystem.TRUECOLOR}


class MonitorApp(App[None]):
    """The whole screen over one Source.

    `themes` by name, `theme` the one to begin with (`mono` wins when NO_COLOR is set); `time_zone` an IANA
    name, empty for UTC; `ascii_only` None decides by the encoding of the stream; `save_theme` is called with
    the user's choice and may raise OSError or CvdtuiError. Run it by `show()`.
    """

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { overflow: hidden; background: black; layers: default above; }
    PaneView { position: absolute; display: none; }
    #explain { layer: above; }
    """

    def __init__(  # noqa: PLR0913 - one argument a setting of the config
        self,
        source: Source,
        *,
        themes: dict[str, Theme],
        theme: str,
        refresh_hz: float = DEFAULTS.refresh_hz,
        time_zone: str = "",
        mouse: bool = True,
        ascii_only: bool | None = None,
        view: View | None = None,
        preset: str = DEFAULTS.preset,
        save_theme: Callable[[str], None] | None = None,
        seconds: float | None = None,
    ) -> None:
        # without it Textual turns every colour grey under NO_COLOR: up and down would look alike
        super().__init__(ansi_color=True)
        self._themes = themes
        self._theme_name = "mono" if self.no_color and "mono" in themes else theme
        self._hz = refresh_hz
        self._mouse = mouse
        self._save_theme = save_theme
        self._seconds = seconds
        self._ascii = not _shows_unicode() if ascii_only is None else ascii_only
        self._clock = Clock(time_zone)
        self._layout_state = LayoutState(preset)
        self.controller = Controller(source, view or View(), self._layout_state)
        self._display_of = Display(COLOURS.get(self.console.color_system or ""))
        self._header = Header()
        self._status = Status()
        self._footer = Footer()
        self._small = Small(*LEAST)
        self._choices = Choices()
        self._fixed: dict[str, Pane] = {
            pane.name: pane
            for pane in (
                self._header,
                self._status,
                self._footer,
                self.controller.help,
                self.controller.offline,
                self._small,
                self._choices,
            )
        }
        sheet = StyleSheet(self._themes[self._theme_name], ascii_only=self._ascii)
        self._views = PaneViews(self._pane, sheet, self._clock, top=self._choices.name)
        self._begun = False
        """Whether the first frame, of the focused pane alone, has been shown."""

    def show(self) -> int:
        """Run until the user leaves; the exit code (128 + n after signal n)."""
        # mouse tracking takes text selection away from tmux and the terminal: it can be off, keys do all
        self.run(mouse=self._mouse)
        return self.return_code or 0

    # --- composing ------------------------------------------------------------

    def write_terminal(self, text: str) -> None:
        """Write bytes that move no cursor and change no cell: a bell, a notification."""
        # tmux marks a window for a bell; OSC 9 and 777 need its allow-passthrough, which is off by default
        if self._driver is not None and not self._driver.is_headless:
            self._driver.write(text)

    def compose(self) -> ComposeResult:
        self.controller.help.keys = tuple((key.shown, key.words) for key in KEYS)
        self._layout_state.width, self._layout_state.height = self.size
        self._layout_state.settle()
        self.repaint()
        yield from self._views.first()

    def _pane(self, name: str) -> Pane:
        return self._fixed.get(name) or self.controller.panes[name]

    def on_mount(self) -> None:
        on_signals(self._leave)
        self.app_resume_signal.subscribe(self, lambda _: self._redraw())
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """After the first frame: start the feeds and the ticks."""
        # a collection walks what it knows: over 5,000 bars of 100 cells it stopped the loop for 98 ms
        gc.freeze()
        gc.enable()
        self._begun = True
        self.repaint()
        self.controller.background.start()
        # does not drift, and missed ticks are skipped: after a delay the newest snapshot is shown
        self.set_interval(1 / self._hz, self._tick)
        if self._seconds is not None:
            self.set_timer(self._seconds, self.exit)

    async def on_unmount(self) -> None:
        await self.controller.background.close()

    def _leave(self, code: int) -> None:
        self.exit(return_code=code)

    # --- painting ------------------------------------------------------------

    def _tick(self) -> None:
        driver = self._driver
        if driver is not None and self._display_of.is_busy(driver):
            return
        if self._display_of.skipped:
            self._display_of.skipped = False
            self.screen.refresh()
        self.controller.tick()
        self.repaint(force=False)

    def repaint(self, *, force: bool = True) -> None:
        """Show the snapshot in every pane that has a place; `force`: also where nothing changed."""
        controller, layout_state = self.controller, self._layout_state
        self._small.have = (layout_state.width, layout_state.height)
        self._header.frozen = controller.frozen
        prompt = controller.prompt
        self._status.prompt = None if prompt is None else (prompt.ask, prompt.text, prompt.cursor)
        self._status.message = controller.message
        focused = controller.focused
        self._footer.keys = hints(controller, focused)
        rows = controller.snapshot.groups if controller.view.groups else controller.snapshot.rows
        places = self._with_choices(layout_state.places(max(len(rows), 1)))
        if not self._begun:
            places = {n: place for n, place in places.items() if n in self._fixed or n == focused.name}
        self._views.put(places, lambda: self.screen)
        self._views.show(controller.snapshot, focused, alone=layout_state.is_alone, force=force)

    def _with_choices(self, places: dict[str, Place]) -> dict[str, Place]:
        """The instruments a typed name may stand for are listed above the prompt."""
        picker = self.controller.prompt
        if not isinstance(picker, Picker) or "status" not in places:
            return places
        offer, status = self._choices, places["status"]
        known = self.controller.add_market.known
        if known != offer.known:
            picker.search_again()
            offer.known = known
        offer.markets, offer.at, offer.words = picker.choices, picker.at, picker.words
        height = min(offer.height, status.y - 1)
        return {**places, "choices": Place(0, status.y - height, status.width, height)}

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Textual's private write to the terminal, overridden: only cells that changed are written."""
        update: object = renderable  # Textual's type leaves out what it really hands over
        if not self._paints_cells() or not isinstance(update, CompositorUpdate):
            if renderable is not None:
                self._display_of.forget()
            super()._display(screen, renderable)
            return
        driver = self._driver
        try:
            if driver is not None:
                self._display_of.paint(update, driver, self.size, sync=self._sync_available)
        finally:
            self.post_display_hook()

    def _paints_cells(self) -> bool:
        driver = self._driver
        open_ = self._running and not self._closed and not self._batch_count
        return open_ and driver is not None and not driver.is_headless and not driver.is_inline

    def on_resize(self, event: events.Resize) -> None:
        self._layout_state.width, self._layout_state.height = event.size
        self._layout_state.settle()
        self._display_of.forget()
        self._display_of.skipped = True
        self.repaint()

    def _redraw(self) -> None:
        """Write every cell again."""
        self._display_of.forget()
        self.screen.refresh()

    # --- keys ------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Give keys and pasted text to the controller."""
        # Textual's own bindings come first otherwise, and its ctrl+c shows a toast instead of quitting
        if isinstance(event, events.Key):
            self._act(self.controller.press(event.key, event.character))
            self.repaint()
        elif isinstance(event, events.Paste):
            self.controller.paste(event.text)
            self.repaint()
        else:
            await super().on_event(event)

    def _act(self, action: str) -> None:
        """What only the app can do."""
        word, _, argument = action.partition(" ")
        if word == "quit":
            self.exit()
        elif word == "suspend":
            self.action_suspend_process()
        elif word == "redraw":
            self._redraw()
        elif word == "theme":
            self._next_theme(argument)

    def _next_theme(self, wanted: str) -> None:
        names = list(self._themes)
        if wanted and wanted not in names:
            self.controller.say(f"no theme {wanted!r}; there are {', '.join(names)}")
            return
        chosen = wanted or names[(names.index(self._theme_name) + 1) % len(names)]
        self._theme_name = chosen
        self._views.set_theme(StyleSheet(self._themes[chosen], ascii_only=self._ascii))
        self.controller.say(f"theme {chosen}")
        if self._save_theme is not None:
            try:
                self._save_theme(chosen)
            except (OSError, CvdtuiError) as error:
                self.controller.say(f"theme {chosen}, not saved: {error}")

    def on_pane_view_clicked(self, event: PaneView.Clicked) -> None:
        controller = self.controller
        if event.pane.name in PANES:
            self._layout_state.focus = event.pane.name
        if (
            event.pane is controller.markets and event.line >= 2
        ):  # below its title and the heads of its columns
            controller.answer(controller.markets.point(event.line - 2))
        elif isinstance(event.pane, Pointed) and event.pane.name != controller.markets.name:
            controller.answer(event.pane.point(event.line - 1))
        self.repaint()

    def on_pane_view_wheeled(self, event: PaneView.Wheeled) -> None:
        answer = event.pane.press(event.key)
        if answer is not None:
            self.controller.answer(answer)
            self.repaint()


def _shows_unicode() -> bool:
    """The stream Textual writes to can show more than ASCII."""
    encoding = getattr(sys.__stderr__, "encoding", None) or "ascii"
    return "utf" in encoding.lower()

"""The prompt in which a market is typed, with the instruments its text may stand for. Pure."""

from collections.abc import Callable, Sequence

from cvdtui.app.prompt import Prompt
from cvdtui.model import Market

SHOWN = 8
"""Instruments offered at a time."""


class Picker:
    """A Prompt with a list: arrows choose in it, tab takes a name, enter adds it.

    While the text may stand for several markets, enter offers them instead. `search` gives the best
    instruments for a part of a name, `resolve` the markets a whole name may stand for.
    """

    ask = "add market: "

    def __init__(
        self,
        text: str,
        *,
        history: list[str],
        search: Callable[[str, int], Sequence[Market]],
        resolve: Callable[[str], Sequence[Market]],
    ) -> None:
        self._prompt = Prompt(self.ask, text, history=history)
        self._search = search
        self._resolve = resolve
        self._choices: tuple[Market, ...] | None = None
        self.at: int | None = None
        """The place in the list of the instrument chosen; None: none yet."""
        self.words = ""
        """Why enter did not add the market."""
        self.name = ""
        """The name entered, after `take` returned `done`."""

    @property
    def text(self) -> str:
        """The typed line."""
        return self._prompt.text

    @property
    def cursor(self) -> int:
        """The cursor's place in the line."""
        return self._prompt.cursor

    @property
    def choices(self) -> tuple[Market, ...]:
        """The instruments offered."""
        if self._choices is None:
            self._choices = tuple(self._search(self.text, SHOWN)) if self.text.strip() else ()
        return self._choices

    def search_again(self) -> None:
        """Search again, because more instruments are known; a choice already made stays."""
        # a list that changes under the cursor would add another market than the one chosen
        if self.at is None:
            self._choices = None

    def take(self, key: str, character: str | None) -> str:
        """Handle a key; return `done`, `cancelled` or `typing`."""
        if key in {"up", "down"} and self.choices:
            last = len(self.choices) - 1
            at = -1 if self.at is None else self.at
            self.at = min(max(at + (1 if key == "down" else -1), 0), last)
            return "typing"
        if key == "tab":
            self._complete()
            return "typing"
        if key == "enter":
            return self._enter()
        before = self.text
        state = self._prompt.take(key, character)
        if self.text != before:
            self._begin_again()
        return state

    def insert(self, text: str) -> None:
        """Pasted text."""
        self._prompt.insert(text)
        self._begin_again()

    def _begin_again(self) -> None:
        self._choices, self.at, self.words = None, None, ""

    def _complete(self) -> None:
        if not self.choices:
            return
        name = self.choices[self.at or 0].name
        self._prompt.take("ctrl+u", None)
        self._prompt.take("ctrl+k", None)
        self._prompt.insert(name)
        self._begin_again()

    def _enter(self) -> str:
        text = self.text.strip()
        if self.at is not None:
            self.name = self.choices[self.at].name
        elif text:
            found = tuple(self._resolve(text))
            if len(found) > 1:
                self._choices, self.at = found, 0
                self.words = f"{len(found)} markets have this name: ↑↓ choose, enter adds"
                return "typing"
            self.name = found[0].name if found else text
        self._prompt.take("enter", None)
        return "done"

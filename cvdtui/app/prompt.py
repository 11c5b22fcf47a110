"""The line the user types in: an editor for one line of text, with a history and completion. Pure."""

from collections.abc import Callable

LONGEST = 200
"""Characters: a pasted page must not become a line that is scrolled for ever."""


class Prompt:
    """One line being typed; `take` handles keys, `text` is the line."""

    def __init__(
        self,
        ask: str,
        text: str = "",
        *,
        history: list[str] | None = None,
        complete: Callable[[str], list[str]] | None = None,
    ) -> None:
        self.ask = ask
        self.text = text
        self.cursor = len(text)
        self._history = history if history is not None else []
        self._at = len(self._history)
        self._complete = complete

    def take(self, key: str, character: str | None) -> str:
        """Handle a key; return `done`, `cancelled` or `typing`."""
        if key == "enter":
            # a line entered twice in a row is one step back in the history, not two
            if self.text and self.text not in self._history[-1:]:
                self._history.append(self.text)
            return "done"
        # ctrl+c leaves the line, not the program; so does backspace in an empty line, as in vim and less
        if key in {"escape", "ctrl+c"} or (key == "backspace" and not self.text):
            return "cancelled"
        edit = self._edits().get(key)
        if edit is not None:
            edit()
        elif character is not None and character.isprintable():
            self.insert(character)
        return "typing"

    def insert(self, text: str) -> None:
        """Type or paste; control characters and line ends are dropped."""
        clean = "".join(char for char in text if char.isprintable())[: LONGEST - len(self.text)]
        self.text = self.text[: self.cursor] + clean + self.text[self.cursor :]
        self.cursor += len(clean)

    def _edits(self) -> dict[str, Callable[[], None]]:
        return {
            "left": lambda: self._to(self.cursor - 1),
            "right": lambda: self._to(self.cursor + 1),
            "home": lambda: self._to(0),
            "ctrl+a": lambda: self._to(0),
            "end": lambda: self._to(len(self.text)),
            "ctrl+e": lambda: self._to(len(self.text)),
            "backspace": lambda: self._cut(self.cursor - 1, self.cursor),
            "delete": lambda: self._cut(self.cursor, self.cursor + 1),
            "ctrl+u": lambda: self._cut(0, self.cursor),
            "ctrl+k": lambda: self._cut(self.cursor, len(self.text)),
            "ctrl+w": self._cut_word,
            "up": lambda: self._recall(-1),
            "down": lambda: self._recall(1),
            "tab": self._finish,
        }

    def _to(self, cursor: int) -> None:
        self.cursor = min(max(cursor, 0), len(self.text))

    def _cut(self, first: int, last: int) -> None:
        first = max(first, 0)
        self.text = self.text[:first] + self.text[last:]
        self.cursor = first

    def _cut_word(self) -> None:
        head = self.text[: self.cursor].rstrip()
        self._cut(head.rfind(" ") + 1, self.cursor)

    def _recall(self, step: int) -> None:
        self._at = min(max(self._at + step, 0), len(self._history))
        self.text = self._history[self._at] if self._at < len(self._history) else ""
        self.cursor = len(self.text)

    def _finish(self) -> None:
        """Complete the line as far as all candidates agree."""
        if self._complete is None:
            return
        found = self._complete(self.text)
        if not found:
            return
        common = found[0]
        for other in found[1:]:
            while not other.startswith(common):
                common = common[:-1]
        if len(common) >= len(self.text):
            self.text = common + (" " if len(found) == 1 else "")
            self.cursor = len(self.text)

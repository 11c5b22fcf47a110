"""Makes the text screenshots of the README (`python -m tests.app.make_screenshots`); a test holds them.

In README.md a line `<!-- screenshot: NAME -->` stands before a fence of `text` whose content equals the file.
"""

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path

from cvdtui.app import MonitorApp
from cvdtui.model import Snapshot, View
from cvdtui.panes.clock import Clock
from cvdtui.panes.footprint import FootprintPane
from cvdtui.panes.line import Frame
from tests.app.example_day import make_snapshot
from tests.app.fake_source import FakeSource, load_themes

FOLDER = Path(__file__).with_name("screenshots")
README = Path(__file__).resolve().parents[2] / "README.md"
BLOCK = re.compile(r"(<!-- screenshot: (\w+) -->\n+```text\n)(.*?)(^```$)", re.DOTALL | re.MULTILINE)
"""(head, name, text, end) of a screenshot in Markdown."""


class FixedSource(FakeSource):
    """Shows one snapshot for ever."""

    def __init__(self, shot: Snapshot) -> None:
        super().__init__(0, live=False)
        self.shot = shot

    def snapshot(self, view: View) -> Snapshot:
        return self.shot


def screen_80x24() -> str:
    """The whole screen of the program."""
    shot = make_snapshot()
    lines: list[str] = []

    async def main() -> None:
        app = MonitorApp(
            FixedSource(shot), themes=load_themes(), theme="mono", ascii_only=False, view=shot.view
        )
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            lines.extend(strip.text for strip in app.screen._compositor.render_strips())

    asyncio.run(main())
    return _text(lines)


def ladder() -> str:
    """The footprint ladder alone, 56 x 14 cells."""
    lines = FootprintPane().paint(Frame(make_snapshot(), 56, 14, Clock()))
    return _text(["".join(text for text, _ in line) for line in lines])


SCREENSHOTS: dict[str, Callable[[], str]] = {"screen_80x24": screen_80x24, "ladder": ladder}


def _text(lines: list[str]) -> str:
    return "".join(f"{line.rstrip()}\n" for line in lines)


def stored(name: str) -> str:
    """The screenshot as it is kept in its file."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def blocks(markdown: str) -> dict[str, str]:
    """The screenshots that a document contains, by name."""
    return {name: text for _, name, text, _ in BLOCK.findall(markdown)}


def marked(markdown: str) -> list[str]:
    """The names that a document marks."""
    return re.findall(r"^<!-- screenshot: (\S+) -->", markdown, re.MULTILINE)


def updated(markdown: str, texts: dict[str, str]) -> str:
    """The document with these texts in its blocks; a block of another name stays as it is."""
    return BLOCK.sub(lambda found: found[1] + texts.get(found[2], found[3]) + found[4], markdown)


def main() -> int:
    texts = {name: make() for name, make in SCREENSHOTS.items()}
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts.items():
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    if (new := updated(readme, texts)) != readme:
        README.write_text(new, encoding="utf-8")
    sys.stdout.write("\n".join(texts.values()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

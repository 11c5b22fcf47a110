"""AddMarket a market: what the venues list is looked up while the name is typed."""

from collections.abc import Sequence

from cvdtui.app.background import BackgroundTasks
from cvdtui.app.picker import Picker
from cvdtui.app.source import Source
from cvdtui.model import Market
from cvdtui.venues import VENUES


class AddMarket:
    """Offers instruments as the source knows them, and asks it for more where a venue is named."""

    def __init__(self, source: Source, background: BackgroundTasks) -> None:
        self._source = source
        self._background = background
        self._asked: set[str] = set()
        self._history: list[str] = []
        self._venues: tuple[str, ...] = ()

    def begin(self, venues: Sequence[str], text: str = "") -> Picker:
        """A line to type in; `venues` are those on the screen, whose instruments come first."""
        self._venues = tuple(dict.fromkeys(venues))
        if "" not in self._asked:
            self._asked.add("")
            self._background.load_instruments("")
        return Picker(text, history=self._history, search=self._search, resolve=self.meant)

    @property
    def known(self) -> int:
        """How many instruments are known."""
        return sum(len(markets) for markets in self._source.instruments().values())

    def meant(self, text: str) -> Sequence[Market]:
        """What a name may mean, among the venues on the screen, else among all."""
        from cvdtui.venues.search import resolve

        known = self._source.instruments()
        return resolve(text, known, self._venues) or resolve(text, known, tuple(VENUES))

    def _search(self, text: str, limit: int) -> Sequence[Market]:
        from cvdtui.venues.search import search

        self._ask_for(text)
        known = self._source.instruments()
        order = [*self._venues, *(venue for venue in known if venue not in self._venues)]
        found = search(text, (market for venue in order for market in known.get(venue, ())), limit)
        return found or list(self.meant(text))[:limit]

    def _ask_for(self, text: str) -> None:
        """A venue that is named and not known yet is asked what it lists."""
        venue = text.partition(":")[0].strip().lower()
        if ":" in text and venue in VENUES and venue not in self._asked:
            self._asked.add(venue)
            if venue not in self._source.instruments():
                self._background.load_instruments(venue)

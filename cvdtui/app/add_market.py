"""Adding a market: instruments that venues list are searched while the name is typed."""

from collections.abc import Sequence

from cvdtui.app.background import BackgroundTasks
from cvdtui.app.picker import Picker
from cvdtui.app.source import Source
from cvdtui.model import Market
from cvdtui.venues import VENUES


class AddMarket:
    """Offers the instruments that the source knows, and loads more where a venue is named."""

    def __init__(self, source: Source, background: BackgroundTasks) -> None:
        self._source = source
        self._background = background
        self._requested: set[str] = set()
        self._history: list[str] = []
        self._venues: tuple[str, ...] = ()

    def begin(self, venues: Sequence[str], text: str = "") -> Picker:
        """The prompt; `venues` are those on the screen, whose instruments come first."""
        self._venues = tuple(dict.fromkeys(venues))
        if "" not in self._requested:
            self._requested.add("")
            self._background.load_instruments("")
        return Picker(text, history=self._history, search=self._search, resolve=self.resolve_name)

    @property
    def known(self) -> int:
        """How many instruments are known."""
        return sum(len(markets) for markets in self._source.instruments().values())

    def resolve_name(self, text: str) -> Sequence[Market]:
        """The markets a name may stand for, among the venues on the screen, else among all."""
        from cvdtui.venues.search import resolve

        known = self._source.instruments()
        return resolve(text, known, self._venues) or resolve(text, known, tuple(VENUES))

    def _search(self, text: str, limit: int) -> Sequence[Market]:
        from cvdtui.venues.search import search

        self._load_venue(text)
        known = self._source.instruments()
        order = [*self._venues, *(venue for venue in known if venue not in self._venues)]
        found = search(text, (market for venue in order for market in known.get(venue, ())), limit)
        return found or list(self.resolve_name(text))[:limit]

    def _load_venue(self, text: str) -> None:
        """Load the instruments of a venue that is named and not known yet, once."""
        venue = text.partition(":")[0].strip().lower()
        if ":" in text and venue in VENUES and venue not in self._requested:
            self._requested.add(venue)
            if venue not in self._source.instruments():
                self._background.load_instruments(venue)

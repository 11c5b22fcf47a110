"""Every venue has what feeds and files ask of one, with the parameters they give it."""

import inspect

import pytest

from cvdtui.errors import WireError
from cvdtui.venues import VENUES, Venue
from tests.venues.test_fixtures import fixture

METHODS = {name: thing for name, thing in vars(Venue).items() if inspect.isfunction(thing) and name[0] != "_"}


ABSTRACT = sorted(Venue.__abstractmethods__)


def parameters(function):
    return [one.name for one in inspect.signature(function).parameters.values() if one.name != "self"]


@pytest.mark.parametrize("venue", VENUES)
def test_every_method_of_a_venue_is_there_and_takes_what_the_protocol_gives_it(venue):
    made = VENUES[venue]()
    for name, method in METHODS.items():
        theirs = inspect.signature(getattr(made, name))
        takes_any = any(one.kind is one.VAR_KEYWORD for one in theirs.parameters.values())
        missing = [one for one in parameters(method) if one not in theirs.parameters and not takes_any]
        assert not missing, f"{venue}.{name} does not take {missing}"
    fields = [name for name in Venue.__annotations__ if not hasattr(made, name)]
    assert not fields, f"{venue} has no {fields}"


@pytest.mark.parametrize("venue", VENUES)
def test_a_venue_is_called_as_the_registry_calls_it_and_its_markets_are_its_own(venue):
    made = VENUES[venue]()
    assert made.name == venue
    reader, _ = fixture(venue)
    assert {market.venue for market in reader.markets()} == {venue}


@pytest.mark.parametrize("venue", VENUES)
def test_a_venue_derives_from_venue_alone_so_that_its_types_are_checked(venue):
    assert type(VENUES[venue]()).__bases__ == (Venue,)


@pytest.mark.parametrize("missing", ABSTRACT)
def test_a_venue_that_lacks_a_method_cannot_be_made_and_the_error_names_it(missing):
    unfinished = type("Unfinished", (Venue,), {name: None for name in ABSTRACT if name != missing})
    with pytest.raises(TypeError, match=missing):
        unfinished()


def test_what_a_venue_does_not_write_is_as_for_one_with_trades_alone():
    plain = type("Plain", (Venue,), {**dict.fromkeys(ABSTRACT), "name": "plain"})()
    assert (plain.mirrors, plain.greeting()) == ((), ())
    assert (plain.heartbeat(), plain.ask_open_interest("A")) == (None, None)
    assert plain.read_failure(b"no such book\x1b") == (0, "no such book")
    for refused in (
        lambda: plain.ask_candles("A", 60, 0, 1),
        lambda: plain.read_candles(b"", "A", 60),
        lambda: plain.read_open_interest(b"", "A"),
    ):
        with pytest.raises(WireError, match="plain has no "):
            refused()

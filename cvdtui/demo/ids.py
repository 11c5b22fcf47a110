"""Trade ids as a venue's wire carries them: counted, shuffled, as uuids, or of single fills."""

from cvdtui.demo.bars import DemoTicks
from cvdtui.demo.tapes import DemoTape

_MIX = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Odd, so that multiplying by it shuffles the numbers of 128 bits without a collision."""


def mixed(number: int) -> int:
    """A 128-bit number for a trade of a venue whose ids are in no order."""
    return (number + 1) * _MIX % 2**128


def uuid_of(number: int) -> str:
    """The same as a uuid."""
    text = f"{mixed(number):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def last_wire_id(tape: DemoTape) -> int:
    """The id of the newest trade as a client reads it."""
    match tape.listing.numbering:
        case "trade":
            return tape.last_id
        case "text":
            return mixed(tape.last_id)
        case "fill":
            return last_fill(tape.history.ticks(tape.position - 1, tape.position))


def last_fill(ticks: DemoTicks) -> int:
    """The last single-trade id of some trades."""
    return int(ticks.fill[-1] + ticks.fills[-1]) - 1

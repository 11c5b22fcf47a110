"""The tape: the venue's order, duplicates, holes filled and lost, bounded waiting, ids that cannot be."""

import pytest

from cvdtui.engine.tape import Tape
from cvdtui.model import Gap, Missing, Trade

GARBLED = 10**15


def trade(number, time_us=None):
    return Trade(number, number * 10 if time_us is None else time_us, 100, 1, 1)


def ids(trades):
    return [one.id for one in trades]


def given_ids(tape, *numbers):
    return ids(tape.accept([trade(number) for number in numbers]))


def test_trades_that_follow_pass_at_once():
    tape = Tape("x:Y")
    assert given_ids(tape, 5) == [5]
    assert given_ids(tape, 6, 7) == [6, 7]
    assert (tape.missing, tape.gaps, tape.duplicates) == (None, [], 0)


def test_the_tape_begins_at_the_lowest_id_of_its_first_batch():
    tape = Tape("x:Y")
    assert given_ids(tape, 7, 5, 6) == [5, 6, 7]
    assert given_ids(tape, 6) == []
    assert tape.duplicates == 1


def test_a_hole_is_requested_once_and_what_follows_waits_for_it():
    tape = Tape("x:Y")
    given_ids(tape, 1)
    assert given_ids(tape, 5) == []
    assert tape.missing == Missing("x:Y", 2, 4, 10, 50)
    assert given_ids(tape, 6) == []
    assert tape.missing is None
    assert (tape.open_ids, tape.held) == (3, 2)
    assert tape.gaps == [Gap(1, 5, 3, 10, 50, "open")]
    assert given_ids(tape, 3) == []
    assert tape.open_ids == 2
    assert given_ids(tape, 2, 4) == [2, 3, 4, 5, 6]
    assert tape.gaps == [Gap(1, 5, 3, 10, 50, "filled")]
    assert given_ids(tape, 7) == [7]


def test_holes_of_one_batch_are_requested_together():
    tape = Tape("x:Y")
    given_ids(tape, 1)
    given_ids(tape, 3, 6)
    assert tape.missing == Missing("x:Y", 2, 5, 10, 60)


def test_a_hole_that_is_given_up_is_lost_run_by_run_and_its_neighbours_are_kept():
    tape = Tape("x:Y")
    given_ids(tape, 1, 9, 4, 5, 12)
    assert ids(tape.give_up(8)) == [4, 5, 9]
    assert tape.lost == 5
    assert tape.lost_gaps == [Gap(1, 4, 2, 10, 40, "lost"), Gap(5, 9, 3, 50, 90, "lost")]
    assert tape.open_ids == 2
    assert ids(tape.give_up(11)) == [12]


def test_a_hole_partly_filled_from_its_start_is_lost_from_there():
    tape = Tape("x:Y")
    given_ids(tape, 1, 6)
    assert given_ids(tape, 2, 3) == [2, 3]
    assert ids(tape.give_up(5)) == [6]
    assert tape.gaps == [Gap(3, 6, 2, 30, 60, "lost")]


def test_a_lost_trade_that_comes_after_all_is_late_and_no_duplicate():
    tape = Tape("x:Y")
    given_ids(tape, 1, 5)
    tape.give_up(4)
    assert given_ids(tape, 3) == []
    assert tape.duplicates == 0
    assert given_ids(tape, 1) == []
    assert given_ids(tape, 5) == []
    assert tape.duplicates == 2


def test_waiting_is_bounded_and_the_oldest_hole_is_given_up_for_it():
    tape = Tape("x:Y", hold_limit=3)
    given_ids(tape, 1)
    assert given_ids(tape, 3, 4, 5) == []
    assert given_ids(tape, 6) == [3, 4, 5, 6]
    assert (tape.lost, tape.held) == (1, 0)


def test_a_new_hole_is_requested_even_when_an_old_one_is_given_up_in_the_same_call():
    tape = Tape("x:Y", hold_limit=3)
    given_ids(tape, 1, 3, 4, 5)
    assert given_ids(tape, 9) == [3, 4, 5]
    assert tape.missing == Missing("x:Y", 6, 8, 50, 90)
    assert tape.open_ids == 3


def test_a_batch_of_many_holes_never_leaves_more_waiting_than_the_limit():
    tape = Tape("x:Y", hold_limit=5)
    given_ids(tape, *range(1, 100, 2))
    assert tape.held <= 5
    assert tape.missing == Missing("x:Y", 90, 98, 890, 990)


def test_a_hole_that_lost_its_first_run_still_counts_what_is_missing_of_the_rest():
    tape = Tape("x:Y", hold_limit=2)
    given_ids(tape, 1, 9)
    assert given_ids(tape, 4) == []
    assert given_ids(tape, 6) == [4]
    assert (tape.lost, tape.open_ids) == (2, 3)
    assert given_ids(tape, 5) == [5, 6]
    assert tape.open_ids == 2
    assert given_ids(tape, 7, 8) == [7, 8, 9]
    assert (tape.open_ids, tape.lost) == (0, 2)


def test_a_garbled_id_does_not_stop_the_tape():
    tape = Tape("x:Y")
    given_ids(tape, 1, 2)
    assert given_ids(tape, GARBLED) == []
    assert tape.missing is None
    assert given_ids(tape, 3) == [3]
    assert (tape.refused, tape.open_ids, tape.lost) == (1, 0, 0)
    assert tape.finish() == []
    assert tape.lost == 0


def test_a_second_id_beside_it_confirms_a_jump():
    tape = Tape("x:Y")
    given_ids(tape, 1)
    assert ids(tape.accept([trade(5_000_000, 20)])) == []
    assert (tape.missing, tape.refused) == (None, 1)
    assert ids(tape.accept([trade(5_000_001, 30)])) == []
    assert tape.missing == Missing("x:Y", 2, 4_999_999, 10, 20)
    assert tape.refused == 0
    assert ids(tape.give_up(4_999_999)) == [5_000_000, 5_000_001]
    assert tape.lost == 4_999_998


def test_a_lone_trade_behind_a_hole_that_the_time_passed_explains_needs_nobody_to_confirm_it():
    tape = Tape("x:Y")
    given_ids(tape, 1)
    hour = 3_600_000_000
    assert ids(tape.accept([trade(2_000_000, hour)])) == []
    assert tape.missing == Missing("x:Y", 2, 1_999_999, 10, hour)
    assert ids(tape.finish()) == [2_000_000]
    assert (tape.refused, tape.lost) == (0, 1_999_998)


# --- lower ids


def test_a_lower_id_that_never_came_is_late_and_counts():
    tape = Tape("x:Y")
    given_ids(tape, 5, 6)
    assert given_ids(tape, 3) == [3]
    assert given_ids(tape, 7) == [7]
    assert given_ids(tape, 4) == [4]
    assert tape.duplicates == 0
    assert given_ids(tape, 3, 4, 5) == []
    assert tape.duplicates == 3


def test_what_history_has_told_is_not_late():
    tape = Tape("x:Y")
    tape.hold()
    given_ids(tape, 5, 6)
    assert ids(tape.expect(5)) == [5, 6]
    assert given_ids(tape, 4) == []
    assert tape.duplicates == 1


def test_a_lower_id_out_of_reach_is_no_late_trade():
    tape = Tape("x:Y", hold_limit=100)
    given_ids(tape, 1_000)
    assert ids(tape.accept([trade(800, 5)])) == []
    assert tape.duplicates == 1


@pytest.mark.parametrize("first", [1, 700, 998])
def test_ids_that_begin_anew_with_newer_times_are_a_new_epoch(first):
    """A reset, a relisting, a ticker used again: not one duplicate, for ever."""
    tape = Tape("x:Y", hold_limit=100)
    assert given_ids(tape, *range(990, 1_001)) == [*range(990, 1_001)]
    later = [trade(first + number, 20_000 + number) for number in range(6)]
    out = [ids(tape.accept([one])) for one in later]
    assert [number for released in out for number in released] == [one.id for one in later]
    assert out[:2] == [[], []], "one or two may be repeats with garbled times"
    assert tape.duplicates == 0
    assert tape.restarts == [Gap(1_000, first, 0, 10_000, 20_000, "anew")]
    assert tape.gaps == tape.restarts
    assert ids(tape.accept([trade(first + 7, 20_010)])) == []
    assert tape.missing == Missing("x:Y", first + 6, first + 6, 20_005, 20_010), "holes are told as before"


def test_what_waits_and_what_is_missing_when_ids_begin_anew_ends_with_the_epoch():
    tape = Tape("x:Y", hold_limit=100)
    given_ids(tape, 1_000, 1_003)
    again = [trade(number, 20_000 + number) for number in (1, 2, 3)]
    assert ids(tape.accept(again)) == [1_003, 1, 2, 3]
    assert (tape.lost, tape.open_ids, tape.held) == (2, 0, 0)
    assert [gap.state for gap in tape.gaps] == ["lost", "anew"]
    assert ids(tape.accept([trade(1_001, 20_010), trade(1_004, 20_011)])) == [], "ids of the epoch before"


def test_repeats_are_no_new_epoch_however_many_come():
    tape = Tape("x:Y", hold_limit=100)
    given_ids(tape, *range(1, 1_001))
    assert given_ids(tape, *range(1, 1_001)) == []
    for number in (5, 7):  # garbled times, one by one between good trades
        tape.accept([trade(number, 50_000)])
        given_ids(tape, number + 996)
    assert tape.duplicates == 1_002
    assert tape.restarts == []


def test_growing_ids_that_begin_anew_are_a_new_epoch():
    tape = Tape("x:Y", "ordered")
    first = [trade(number) for number in range(100_000, 130_000)]
    tape.accept(first)
    again = [trade(number, 2_000_000 + number) for number in range(1, 50)]
    assert ids(tape.accept(again)) == [*range(1, 50)]
    assert tape.duplicates == 0
    assert [(gap.after, gap.before, gap.state) for gap in tape.gaps] == [(129_999, 1, "anew")]
    assert ids(tape.accept(again)) == [], "and what came is known again"


def test_what_is_held_waits_until_the_beginning_is_known():
    tape = Tape("x:Y")
    tape.hold()
    assert given_ids(tape, 7, 8) == []
    assert given_ids(tape, 8, 5) == []
    assert tape.duplicates == 0
    assert ids(tape.expect(6, from_us=55)) == []
    assert tape.gaps == [Gap(5, 7, 1, 55, 70, "open")]
    assert tape.missing == Missing("x:Y", 6, 6, 55, 70)
    assert given_ids(tape, 6) == [6, 7, 8]


def test_older_ids_than_expected_are_dropped_and_the_rest_follows():
    tape = Tape("x:Y")
    tape.hold()
    given_ids(tape, 3, 4, 5, 6)
    assert ids(tape.expect(5)) == [5, 6]
    assert tape.duplicates == 0


def test_a_tape_that_has_begun_is_not_begun_anew():
    tape = Tape("x:Y")
    given_ids(tape, 1, 2)
    tape.hold()
    assert not tape.is_holding
    assert tape.expect(50) == ()
    assert given_ids(tape, 3) == [3]


def test_what_waits_for_history_is_bounded_and_what_was_dropped_is_requested():
    tape = Tape("x:Y", hold_limit=3)
    tape.hold()
    given_ids(tape, 1, 2, 3, 4, 5)
    assert tape.held == 3
    assert ids(tape.expect(1)) == []
    assert tape.missing == Missing("x:Y", 1, 2, 0, 30)


def test_the_end_releases_what_waited_and_loses_every_hole():
    for holding in (False, True):
        tape = Tape("x:Y")
        if holding:
            tape.hold()
        begun = given_ids(tape, 1, 3, 6)
        assert [*begun, *ids(tape.finish())] == [1, 3, 6]
        assert tape.lost == 3
        assert tape.open_ids == 0


def test_ids_that_only_grow_leave_no_holes_and_repeated_ones_are_dropped():
    tape = Tape("x:Y", "ordered")
    assert given_ids(tape, 10, 20, 20, 15) == [10, 20, 15]
    assert given_ids(tape, 15, 30) == [30]
    assert (tape.duplicates, tape.gaps, tape.missing) == (2, [], None)


def test_an_id_older_than_all_remembered_ones_counts_as_seen_where_ids_grow():
    tape = Tape("x:Y", "ordered")
    given_ids(tape, *range(100, 20_200))
    assert given_ids(tape, 100, 99) == []
    assert tape.duplicates == 2


def test_unique_ids_have_no_order():
    tape = Tape("x:Y", "unique")
    given_ids(tape, *range(100, 20_200))
    assert given_ids(tape, 99, 20_199) == [99]
    assert tape.duplicates == 1


def test_a_missing_hole_is_returned_only_once():
    tape = Tape("x:Y")
    given_ids(tape, 1, 3)
    assert tape.missing is not None
    given_ids(tape, 2)
    assert tape.missing is None

"""Delivery: tried again while that may help, within the rate, never waited for, and what fails is shown."""

import asyncio
import time

from cvdtui.alerts.channels import Screen, make
from cvdtui.alerts.delivery import MOST_WAITING, Outbox
from cvdtui.alerts.dispatcher import AlertDispatcher
from cvdtui.config import AlertChannel, AlertRule, Alerts
from cvdtui.monitor.clock import wall_us
from tests.alerts.receiver import DROP, HANG, Answer, Receiver
from tests.alerts.signals import CLOSED, alert, event


def outbox(url: str, notes: list[str], **more: object) -> Outbox:
    table = AlertChannel(kind="webhook", url=f"{url}/hook", timeout_s=0.3)
    usual: dict = {"per_minute": 600, "first_wait_s": 0.01}
    return Outbox(
        "hook",
        "webhook",
        make("webhook", table, Screen()),
        now=wall_us,
        note=notes.append,
        **{**usual, **more},
    )


def delivered(*answers: Answer, alerts: int = 1, **more: object) -> tuple[Outbox, Receiver, list[str]]:
    """An outbox after so many alerts were handed in and came to an end."""
    notes: list[str] = []

    async def go() -> tuple[Outbox, Receiver]:
        async with Receiver(*answers) as server:
            box = outbox(server.url, notes, **more)
            task = asyncio.create_task(box.run())
            for _ in range(alerts):
                box.enqueue(alert())
            await box.drain(10)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return box, server

    return *asyncio.run(go()), notes


def test_an_alert_that_gets_out_is_counted():
    box, server, notes = delivered(alerts=3)
    assert len(server.sent) == 3
    assert (box.state.state, box.state.sent, box.state.failed, box.state.queued) == ("ready", 3, 0, 0)
    assert notes == []


def test_what_may_pass_is_tried_again_until_it_does():
    box, server, notes = delivered(Answer(500), DROP, HANG, Answer(503))
    assert len(server.sent) == 5
    assert (box.state.state, box.state.sent, notes) == ("ready", 1, [])
    assert "status 503" in box.state.trouble, "a try that failed is shown, though it got out"


def test_a_refusal_for_good_is_not_tried_again_and_is_shown():
    box, server, notes = delivered(Answer(403, b'{"description": "bot was kicked"}'))
    assert len(server.sent) == 1
    assert box.state.state == "failed"
    assert box.state.failed == 1
    assert box.state.text == "127.0.0.1: refused with status 403: bot was kicked"
    assert notes == ["alert not sent by hook: 127.0.0.1: refused with status 403: bot was kicked"]


def test_the_next_one_that_gets_out_ends_the_failure():
    box, _, notes = delivered(Answer(403), alerts=2)
    assert (box.state.state, box.state.sent, box.state.failed, len(notes)) == ("ready", 1, 1, 1)
    assert box.state.text == ""
    assert box.state.trouble == "127.0.0.1: refused with status 403", "what went wrong stays known"
    assert abs(box.state.trouble_us - time.time_ns() // 1000) < 60_000_000


def test_what_keeps_failing_is_given_up_when_it_is_too_old_to_be_of_use():
    box, server, notes = delivered(*[Answer(500)] * 100, patience_s=0.4)
    assert 2 < len(server.sent) < 20
    assert box.state.failed == 1
    assert "status 500 (after" in notes[0]


def test_the_service_is_not_asked_again_before_it_allows():
    begin = time.monotonic()
    box, server, _ = delivered(Answer(429, headers=(("Retry-After", "1"),)))
    assert time.monotonic() - begin >= 1
    assert (len(server.sent), box.state.sent) == (2, 1)


def test_a_wait_longer_than_the_alert_is_of_use_gives_up_at_once():
    begin = time.monotonic()
    box, server, _ = delivered(Answer(429, headers=(("Retry-After", "3600"),)))
    assert time.monotonic() - begin < 2
    assert (len(server.sent), box.state.failed) == (1, 1)


def test_more_than_the_rate_waits_for_its_turn():
    begin = time.monotonic()
    box, _, _ = delivered(alerts=5, per_minute=2, minute_s=0.5)
    assert time.monotonic() - begin >= 1.0
    assert box.state.sent == 5


def test_while_it_waits_it_says_why_and_for_how_long():
    async def go() -> None:
        notes: list[str] = []
        async with Receiver(Answer(500)) as server:
            box = outbox(server.url, notes, first_wait_s=30)
            task = asyncio.create_task(box.run())
            box.enqueue(alert())
            async with asyncio.timeout(5):
                while box.state.state != "waiting":  # noqa: ASYNC110 - the outbox has no event for it
                    await asyncio.sleep(0.01)
            assert "status 500; next try in" in box.state.text
            assert box.state.retry_at_us > time.time_ns() // 1000
            await box.drain(0.05)
            assert notes == ["alert not sent by hook: 1 not sent before the end"]
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(go())


def test_too_many_waiting_lose_the_oldest_and_it_is_reported():
    box, server, notes = delivered(alerts=MOST_WAITING + 5)
    assert len(server.sent) == box.state.sent == MOST_WAITING
    assert box.state.failed == len(notes) == 5
    assert "the oldest was given up" in notes[0]


def test_a_channel_with_a_defect_ends_nothing():
    class Broken:
        async def send(self, _):
            raise ZeroDivisionError

        async def close(self):
            pass

    async def go() -> list[str]:
        notes: list[str] = []
        box = Outbox("odd", "webhook", Broken(), per_minute=60, now=wall_us, note=notes.append)
        task = asyncio.create_task(box.run())
        for _ in range(2):
            box.enqueue(alert())
        await box.drain(5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return notes

    assert asyncio.run(go()) == ["alert not sent by odd: ZeroDivisionError in a channel of kind webhook"] * 2


# --- the dispatcher


def test_a_signal_goes_through_the_dispatcher_to_its_channels_and_nothing_waits():
    async def go() -> None:
        notes: list[str] = []
        async with Receiver(HANG) as server:
            table = AlertChannel(kind="webhook", url=f"{server.url}/hook", timeout_s=0.5)
            rule = AlertRule(signal="climax", to=("notice", "hook"))
            alerts = Alerts(rules=(rule,), channels={"hook": table}, zone="UTC")
            dispatcher = AlertDispatcher(alerts, Screen(note=notes.append), now=wall_us, note=notes.append)
            assert [state.name for state in dispatcher.channels] == ["notice", "hook"]
            begin = time.monotonic()
            line = dispatcher.on_signal(event(), CLOSED)
            assert time.monotonic() - begin < 0.1
            assert line
            assert line.channels == ("notice", "hook")
            assert (line.bar_us, line.bar_seconds) == (event().signal.time_us, 60)
            assert dispatcher.on_signal(event(), CLOSED) is None
            await server.wait(2)
            await dispatcher.stop()
            assert [one.json["signal"] for one in server.sent] == ["climax", "climax"], (
                "the second is the retry"
            )
            assert any(note.startswith("binance-usdm:BTCUSDT climax") for note in notes)
            assert list(dispatcher.lines) == [line]

    asyncio.run(go())


def test_in_quiet_hours_only_the_screen_alerts():
    async def go() -> None:
        notes: list[str] = []
        bells: list[str] = []
        alerts = Alerts(rules=(AlertRule(),), quiet="11:00-13:00", zone="UTC")
        dispatcher = AlertDispatcher(
            alerts, Screen(bells.append, notes.append), now=wall_us, note=notes.append
        )
        line = dispatcher.on_signal(event(), CLOSED)
        await dispatcher.stop()
        assert line
        assert (line.quiet, line.channels) == (True, ("notice",))
        assert (len(notes), bells) == (1, [])

    asyncio.run(go())


def test_rules_of_the_screen_are_added_once_and_removed_by_market():
    dispatcher = AlertDispatcher(Alerts(), Screen(), now=wall_us, note=lambda _: None)
    rule = AlertRule(market="binance:BTCUSDT")
    assert dispatcher.add_rule(rule)
    assert not dispatcher.add_rule(rule)
    assert dispatcher.remove_rules("binance:ETHUSDT") == 0
    assert dispatcher.remove_rules("binance:BTCUSDT") == 1
    assert dispatcher.rules.added == []


def test_demo_alerts_say_so():
    async def go() -> None:
        notes: list[str] = []
        screen = Screen(note=notes.append)
        dispatcher = AlertDispatcher(
            Alerts(rules=(AlertRule(to=("notice",)),)), screen, now=wall_us, note=notes.append, demo=True
        )
        dispatcher.on_signal(event(), CLOSED)
        await dispatcher.stop()
        assert notes[0].startswith("DEMO ")

    asyncio.run(go())

"""How long one aggTrade frame takes to become exact Trades, beside json.loads of the same frames.

Run: python tests/bench/bench_decode.py
"""

import json
import random
import time

from cvdtui.venues import VENUES

FRAMES = 20_000
ROUNDS = 7


def frames(count=FRAMES, seed=1):
    """Frames as USD-M sends them: a walking price, sizes of every magnitude."""
    draw, price = random.Random(seed), 618_000
    made = []
    for number in range(count):
        price += draw.randint(-3, 3)
        size = draw.choice((1, 5, 40, 900, 25_000)) * draw.randint(1, 9)
        time_ms = 1_790_000_000_000 + number * 7
        maker = "true" if draw.random() < 0.5 else "false"
        made.append(
            f'{{"stream":"btcusdt@aggTrade","data":{{"e":"aggTrade","E":{time_ms + 4},"a":{number},'
            f'"s":"BTCUSDT","p":"{price // 10}.{price % 10}0","q":"{size // 1000}.{size % 1000:03}",'
            f'"f":{2 * number},"l":{2 * number + 1},"T":{time_ms},"m":{maker}}}}}'.encode()
        )
    return made


def best_us(work, many):
    """The best of some rounds, in microseconds a frame."""
    rounds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for frame in many:
            work(frame)
        rounds.append((time.perf_counter() - begin) / len(many) * 1e6)
    return min(rounds)


def main():
    """Print one line: decode, json.loads, ratio."""
    many = frames()
    venue = VENUES["binance-usdm"](["BTCUSDT"])
    ours, theirs = best_us(venue.decoder(), many), best_us(json.loads, many)
    print(f"decode {ours:.2f} us a frame, json.loads {theirs:.2f} us, ratio {ours / theirs:.2f}")  # noqa: T201


if __name__ == "__main__":
    main()

"""The pandas tutorial's CVD of an aggTrades CSV, as tutorials write it: the peer of `replay --json`.

python tests/bench/peer_pandas.py FILE.csv; prints seconds and megabytes of the whole process as JSON.
"""

import json
import resource
import sys
import time

BEGIN = time.perf_counter()

import numpy as np  # noqa: E402 - the import is part of what is measured
import pandas as pd  # noqa: E402

NAMES = [
    "agg_trade_id",
    "price",
    "quantity",
    "first_trade_id",
    "last_trade_id",
    "transact_time",
    "is_buyer_maker",
]


def cvd(path: str) -> dict[str, object]:
    """Read, drop duplicates, sign, accumulate, group by day, roll over 1000 trades."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as the tutorials do
        headed = file.readline().startswith("agg_trade_id")
    read_begins = time.perf_counter()
    frame = pd.read_csv(path) if headed else pd.read_csv(path, names=[*NAMES, "is_best_match"])
    read_s = time.perf_counter() - read_begins
    frame = frame.drop_duplicates()
    frame["time"] = pd.to_datetime(frame["transact_time"], unit="ms" if headed else "us")
    frame["delta"] = np.where(frame["is_buyer_maker"], -frame["quantity"], frame["quantity"])
    frame["cvd"] = frame["delta"].cumsum()
    frame["rolling"] = frame["delta"].rolling(1000, min_periods=1).sum()
    daily = frame.groupby(frame["time"].dt.date)["delta"].sum()
    return {
        "trades": len(frame),
        "cvd": float(frame["cvd"].iloc[-1]),
        "rolling": float(frame["rolling"].iloc[-1]),
        "daily": {str(day): float(value) for day, value in daily.items()},
        "read_csv_s": read_s,
    }


if __name__ == "__main__":
    report = cvd(sys.argv[1])
    report["seconds"] = time.perf_counter() - BEGIN
    report["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(report))  # noqa: T201 - this is what it is for

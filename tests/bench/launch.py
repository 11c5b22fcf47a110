"""Runs a program and prints what it took as JSON: python launch.py OUT PROGRAM [ARGUMENT ...].

A process of its own, because the kernel counts what the parent held at the fork as the child's own peak. The
program finds its bytecode, as an installed one does, whatever the environment sets about writing it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "cvdtui-bench-bytecode")
    with Path(sys.argv[1]).open("wb") as out:
        begin = time.perf_counter()
        child = subprocess.Popen(sys.argv[2:], stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
    usage_report = {
        "seconds": seconds,
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "megabytes": usage.ru_maxrss / 1024,
        "code": child.returncode,
    }
    sys.stdout.write(json.dumps(usage_report))


if __name__ == "__main__":
    main()

"""What the bin/up that runs from this folder takes while it has nothing to do.

    python -m benchmarks.idle [--seconds 60]

Proportional memory (PSS, in MB: shared pages count once) and processor time of all its processes, by
kind. To be taken a few minutes after a fresh start, with nothing else asking it. Needs Linux. Exit 1
when a limit is missed.
"""

import argparse
import json
import time
from collections import Counter

import psutil

from benchmarks.harness import ROOT, Result, report

MOST_MB, MOST_OF_A_CORE = 800, 0.04
# How the processes are known by their command lines; the first that fits.
KINDS = {
    "web server": "gunicorn",
    "worker": " worker ",
    "beat": " beat ",
    "standby": "manage.py standby",
    "live updates": "serve_streams",
    "preloader": "config.preloader",
    "PostgreSQL": "postgres",
    "Valkey": "valkey-server",
    "demonstration's mailbox": "demo.outside",
}


def everybody() -> list[psutil.Process]:
    known = json.loads((ROOT / ".yipiao" / "up" / "running.json").read_text())
    front = psutil.Process(int(known["front"]))
    return [front, *front.children(recursive=True)]


def kind(process: psutil.Process) -> str:
    words = f"{' '.join(process.cmdline())} "
    return next((name for name, sign in KINDS.items() if sign in words), "launcher")


def processor_seconds(processes: list[psutil.Process]) -> dict[int, float]:
    return {one.pid: sum(one.cpu_times()[:2]) for one in processes}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    before = processor_seconds(everybody())
    time.sleep(seconds)
    processes = everybody()
    after = processor_seconds(processes)
    memory: Counter[str] = Counter()
    for one in processes:
        memory[kind(one)] += one.memory_full_info().pss / 1024 / 1024
    total = sum(memory.values())
    # Those that have begun or ended meanwhile are left out; an idle one begins and ends nobody.
    share = sum(after[pid] - before[pid] for pid in after.keys() & before.keys()) / seconds
    results = [
        Result(f"all {len(processes)} processes", total, "MB", ratio=MOST_MB / total, limit=1.0),
        Result("of one core", share * 1000, "ms/s", ratio=MOST_OF_A_CORE / share, limit=1.0),
    ]
    results += [Result(name, size, "MB") for name, size in memory.most_common()]
    return report(f"Idle for {seconds:.0f} s (ratio: how often it fits into the limit)", results)


if __name__ == "__main__":
    raise SystemExit(main())

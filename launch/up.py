"""bin/up: everything running from nothing, with demo data."""

import argparse
import json
import time

from launch.checkout import Checkout
from launch.front import hand_over
from launch.installation import Installation
from launch.locks import try_lock
from launch.say import Trouble, say, step
from launch.servers import Place
from launch.stopping import Stopped, StopSignal

ABOUT = """Runs everything with demo data: web, worker, beat, standby (takes over when these are
away), streams (live updates), PostgreSQL and Valkey. Ctrl-C ends it.
Environment: PORT (8000), HOST (127.0.0.1), DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL, PG_BIN,
WEB_CONCURRENCY, DEMO_ORDERS_PER_DAY (12); docs/operations.md lists every setting. State is kept
in .yipiao/."""


def front(words: list[str]) -> int:
    """What the person starts: takes the lock, hands over to the supervisor, passes signals on."""
    parser = argparse.ArgumentParser(prog="bin/up", description=ABOUT)
    parser.add_argument("--fresh", action="store_true", help="delete the local data, begin anew")
    chosen = parser.parse_args(words)
    place = Place.of(Checkout.here(), "up", durable=True)
    lock = wait_for_lock(place)
    if lock is None:
        running = status_of(place)
        where = running.get("url") or "it is still starting"
        say(f"Yipiao is already running from this folder: {where}")
        say(f"End it with Ctrl-C where it was started, or: kill {running.get('front', '?')}")
        return 1
    if chosen.fresh:
        with step("Deleting the local database, queue and uploads"):
            place.clear()
    return hand_over("supervise-up", lock)


def wait_for_lock(place: Place) -> int | None:
    """The lock, after waiting for a run that is just ending. None when one is running."""
    patience = time.monotonic() + 1.0
    announced = False
    while True:
        lock = try_lock(place.folder / "lock")
        if lock is not None:
            return lock
        stopping = status_of(place).get("phase") == "stopping"
        if stopping and not announced:
            say("  The previous run is still ending; waiting for it …")
            announced = True
        if time.monotonic() > patience + (60.0 if stopping else 0.0):
            return None
        time.sleep(0.1)


def status_of(place: Place) -> dict[str, str]:
    """What the running one wrote about itself."""
    try:
        known: dict[str, str] = json.loads((place.folder / "running.json").read_text())
    except (OSError, ValueError):
        return {}
    return known


def supervise(words: list[str]) -> int:
    """Parent of all servers; ends them when the front asks or is gone."""
    stop_signal = StopSignal(int(words[0]))
    stop_signal.listen_to_signals()
    installation = Installation(Place.of(Checkout.here(), "up", durable=True), stop_signal)
    try:
        installation.open()
        installation.watch()
    except Stopped:
        say("\nStopping …")
        code = 0
    except Trouble as trouble:
        say(f"\n{trouble}")
        code = 1
    finally:
        installation.close()
    return code

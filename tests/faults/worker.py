"""The processes behind a house for the fault tests: ``python -m tests.faults.worker worker``, ``beat`` or
``standby``.

Only the times differ from the real ones: what takes minutes there takes a moment here.
"""

import signal
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta

import django


def hurry() -> None:
    from apps.events.services import standing_by
    from apps.notifications import channels
    from apps.notifications.channels.platforms import GroupChannel, PersonChannel
    from apps.notifications.services import maintaining, outcomes

    outcomes.FIRST_QUESTION = timedelta(seconds=0.4)
    maintaining.ASK_AGAIN = (1, 1, 1, 2, 2)
    maintaining.SOFT_LEASE = timedelta(seconds=3)
    standing_by.PATIENCE = 2.0
    for channel in channels.all_channels():
        channel.lease = timedelta(seconds=2)
        channel.waits = (0.2, 0.3, 0.5, 0.5, 1, 1, 1, 1)  # type: ignore[assignment]
        channel.settling = timedelta(seconds=1.5)
        channel.patience = timedelta(seconds=4)
        if isinstance(channel, GroupChannel):
            # A minute there lasts three seconds here (tests/faults/platforms.py).
            channel.address_limits = tuple((min(s, 4), n) for s, n in channel.address_limits)
        else:
            channel.address_limits = ()
        if isinstance(channel, GroupChannel | PersonChannel):
            later = {code: min(seconds, 0.5) for code, seconds in channel.codes.later.items()}
            channel.codes = replace(channel.codes, later=later)


def main() -> None:
    django.setup()
    hurry()
    from config.celery import app

    role = sys.argv[1]
    if role == "worker":
        quiet = ["-l", "CRITICAL", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        app.worker_main(["worker", *quiet])
    elif role == "beat":
        with tempfile.TemporaryDirectory() as folder:
            app.start(["beat", "-l", "CRITICAL", "-s", f"{folder}/beat", "--pidfile="])
    else:
        start_standby()


def start_standby() -> None:
    from celery import current_app

    from apps.events.services.standing_by import PATIENCE, Standby

    current_app.loader.import_default_modules()
    standby = Standby(patience=PATIENCE)
    signal.signal(signal.SIGTERM, lambda *_: standby.stop())
    standby.start()
    standby.stopping.wait()
    standby.join(10)


if __name__ == "__main__":
    main()

"""A real sending process for the fault tests: ``python -m tests.faults.worker``.

Only the clocks differ from ``manage.py deliver``: what takes minutes there takes a moment here.
"""

import os
import signal
from datetime import timedelta
from typing import Any

import django


def main() -> None:
    django.setup()
    from apps.notifications import channels
    from apps.notifications.services import Crew, minding, outcomes

    outcomes.FIRST_QUESTION = timedelta(seconds=0.4)
    minding.ASK_AGAIN = (1, 1, 1, 2, 2)
    minding.SOFT_LEASE = timedelta(seconds=3)
    for channel in channels.all_channels():
        channel.lease = timedelta(seconds=2)
        channel.waits = (0.2, 0.3, 0.5, 0.5, 1, 1, 1, 1)  # type: ignore[assignment]
        channel.settling = timedelta(seconds=1.5)
        channel.patience = timedelta(seconds=4)
        channel.address_limits = ()
    threads = int(os.environ.get("FAULTS_THREADS", "2"))
    crew = Crew(os.environ["FAULTS_CHANNELS"].split(","), threads=threads)

    def stop(*_args: Any) -> None:
        crew.stop()

    signal.signal(signal.SIGTERM, stop)
    crew.start()
    while not crew.stopping.wait(0.5):
        pass
    crew.join(10)


if __name__ == "__main__":
    main()

from datetime import datetime

from apps.lockers.models import Locker


def make_lockers(*, seed: int, now: datetime) -> None:
    Locker.objects.create(name=f"demo-{seed}")


PARTS = ((5, make_lockers),)

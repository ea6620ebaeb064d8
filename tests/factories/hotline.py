"""Phone systems, lines of their files, and calls."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.core.files import NewFile
from apps.hotline import services
from apps.hotline.enums import CallOutcome
from apps.hotline.models import Call, CallFile, PhoneSystem
from tests.factories.accounts import UnitFactory, UserFactory, superuser
from tests.factories.imports import work

ABANDONED = CallOutcome.ABANDONED
CALLER = "13800138001"


def system(profile: str = "asterisk_queue_log", **values: Any) -> PhoneSystem:
    given = {
        "name": f"热线{PhoneSystem.objects.count() + 1}",
        "profile": profile,
        "zone": "Asia/Shanghai",
    }
    values = {**given, "unit": values.pop("unit", None) or UnitFactory(), **values}
    return services.save_phone_system(
        system=None, values=values, by=UserFactory(), at=timezone.now()
    )


def seat(on: PhoneSystem, extension: str, user: User | None = None) -> User:
    user = user or UserFactory()
    since = timezone.now() - timedelta(days=40)
    services.seat_agent(
        system=on, extension=extension, user=user, since=since, by=user, at=timezone.now()
    )
    return user


def ago(minutes: float) -> int:
    return int((timezone.now() - timedelta(minutes=minutes)).timestamp())


def entered(call: str, at: int, caller: str = CALLER, queue: str = "hotline") -> str:
    return f"{at}|{call}|{queue}|NONE|ENTERQUEUE||{caller}|1"


def rang(call: str, at: int, extension: str, seconds: int = 5) -> str:
    return f"{at}|{call}|hotline|SIP/{extension}|RINGNOANSWER|{seconds * 1000}"


def connected(call: str, at: int, extension: str, hold: int) -> str:
    return f"{at}|{call}|hotline|SIP/{extension}|CONNECT|{hold}|{call}.1|{min(hold, 4)}"


def completed(call: str, at: int, extension: str, hold: int, talk: int) -> str:
    return f"{at}|{call}|hotline|SIP/{extension}|COMPLETECALLER|{hold}|{talk}|1"


def abandoned(call: str, at: int, waited: int, queue: str = "hotline") -> str:
    return f"{at}|{call}|{queue}|NONE|ABANDON|1|1|{waited}"


def answered_call(
    call: str,
    at: int,
    *,
    hold: int = 9,
    talk: int = 60,
    extension: str = "802",
    caller: str = CALLER,
) -> list[str]:
    return [
        entered(call, at, caller),
        connected(call, at + hold, extension, hold),
        completed(call, at + hold + talk, extension, hold, talk),
    ]


def missed_call(call: str, at: int, *, waited: int = 30, caller: str = CALLER) -> list[str]:
    return [entered(call, at, caller), abandoned(call, at + waited, waited)]


def content(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def uploaded(
    on: PhoneSystem, lines: list[str] | bytes, *, by: User | None = None, name: str = "queue_log"
) -> CallFile:
    data = lines if isinstance(lines, bytes) else content(lines)
    row, _new = services.upload_call_file(
        system=on, file=NewFile(data, name), by=by or superuser(), at=timezone.now()
    )
    return row


def taken(
    on: PhoneSystem, lines: list[str] | bytes, *, by: User | None = None, at: datetime | None = None
) -> CallFile:
    """The file uploaded, confirmed and taken in by its job."""
    by = by or superuser()
    row = uploaded(on, lines, by=by)
    services.take_call_file(file_id=row.pk, by=by, at=at or timezone.now())
    work()
    row.refresh_from_db()
    return row


def only_call() -> Call:
    found: Call = Call.objects.get()
    return found

"""The demonstration's company directory: which groups bring which role, somebody whom it moved to another branch, somebody
who was not admitted, and a trainee who waits for a leader. It is a directory that nobody can reach, and needs none: the
sign-in page offers it where the settings name a real one (docs/operations.md)."""

from datetime import datetime, timedelta

from django.db import transaction

from apps.accounts import services
from apps.accounts.directory.claims import Person
from apps.accounts.enums import Role
from apps.accounts.models import Unit, User

ISSUER = "https://id.yipiao.example"
# group there, role, unit
GROUPS = (
    ("客服-上海", Role.AGENT, "SHA"),
    ("调度-上海", Role.DISPATCHER, "SHA-DC"),
    ("货运-上海", Role.FREIGHT_CLERK, "SHA-FC"),
    ("货运-广州", Role.FREIGHT_CLERK, "CAN-FC"),
)
_DAY = timedelta(days=1)


def _person(key: str, name: str, *groups: str) -> Person:
    return Person(
        issuer=ISSUER,
        subject=f"demo-{key}",
        username=key,
        display_name=name,
        email=f"{key}@yipiao.example",
        groups=("全体员工", *groups),
    )


@transaction.atomic
def make_directory(*, seed: int, now: datetime) -> None:
    """The same whatever the seed."""
    it = User.objects.get(username="xitong")
    units = Unit.objects.in_bulk([code for _group, _role, code in GROUPS], field_name="code")
    begun = now - 20 * _DAY
    for group, role, code in GROUPS:
        services.map_group(group=group, role=role, unit=units[code], by=it, at=begun)
    moved = ("gumin", "顾敏")
    services.follow_directory(
        person=_person(*moved, "货运-上海"), signs_in=True, at=now - 18 * _DAY
    )
    services.follow_directory(person=_person(*moved, "货运-广州"), signs_in=True, at=now - 2 * _DAY)
    left_out = services.follow_directory(
        person=_person("shenji", "陆川", "外部审计"), signs_in=True, at=now - 5 * _DAY
    )
    services.refuse_identity(
        identity=left_out, reason="外部审计人员，只在审计室看纸质资料", by=it, at=now - 5 * _DAY
    )
    services.follow_directory(
        person=_person("tangxin", "唐欣", "实习生-上海"),
        signs_in=True,
        at=now - timedelta(minutes=50),
    )


PARTS = ((71, make_directory),)

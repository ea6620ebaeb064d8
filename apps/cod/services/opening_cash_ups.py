"""The cash-up that money goes into: the day's, or the next one that still takes money."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.cod.enums import CashUpState
from apps.cod.models import CashUp
from apps.cod.services import clocks
from apps.tracking.models import Courier


def open_cash_up(*, courier: Courier, day: date, by: User, at: datetime) -> CashUp:
    """The courier's cash-up of ``day``, opened if it is the first money of it; where that was declared
    already, the next one that is open. The row is locked: nobody declares it meanwhile."""
    while True:
        row, is_new = CashUp.objects.get_or_create(
            courier=courier, day=day, defaults={"unit": courier.unit, "opened_at": at}
        )
        row = CashUp.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if is_new:
            clocks.cash_up_opened(row, due=next_noon(day), by=by, at=at)
        if row.state == CashUpState.OPEN:
            return row
        day += timedelta(days=1)


def next_noon(day: date) -> datetime:
    """Until when a day's cash is counted and closed: noon of the next day, Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time(12)))

"""Calls that a colleague has taken are moved when their shift is handed over."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from apps.core.handing_over import HandedOver, InHand
from apps.notifications.enums import TaskState
from apps.notifications.models import PhoneTask
from apps.notifications.services import hand_task


def _taken(user_id: int) -> Sequence[InHand]:
    rows = PhoneTask.objects.filter(taken_by=user_id, state=TaskState.TAKEN)
    return [
        InHand(pk, f"#{pk}", due_at)
        for pk, due_at in rows.order_by("due_at", "pk").values_list("pk", "due_at")
    ]


HANDED_OVER = (
    HandedOver("phone_task", _("Call to make"), "notifications.phonetask", _taken, hand_task),
)

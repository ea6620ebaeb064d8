"""What this app has to tell people; the notifications floor gathers it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import (
    FROM,
    GOODS,
    HOUSE,
    NUMBER,
    REASON,
    TO,
    WHEN,
    Topic,
    Variable,
    staff_topic,
)

STATUS = Variable("status", _("status"), "派送中", "Out for delivery")
EXPECTED = Variable("expected", _("expected at"), "11-25 18:00", "11-25 18:00")
PROMISED = Variable("promised", _("promised by"), "11-24 18:00", "11-24 18:00")
PLACE = Variable("place", _("place"), "朝阳营业部", "Chaoyang branch")
CONSIGNEE = Variable("consignee", _("consignee"), "李小红", "Mary Smith", personal="name")

SHIPMENT = (
    *(NUMBER, STATUS, REASON, GOODS, FROM, TO, WHEN, EXPECTED, PROMISED, PLACE, CONSIGNEE),
    *HOUSE,
)


def _shipment(key: str, label: Promise) -> Topic:
    return Topic(f"waybill.{key}", label, SHIPMENT)


TOPICS = (
    _shipment("picked_up", _("Picked up")),
    _shipment("out_for_delivery", _("Out for delivery")),
    _shipment("ready_for_pickup", _("At the station, to be collected")),
    _shipment("delivered", _("Delivered")),
    _shipment("attempt_failed", _("Delivery attempt failed")),
    _shipment("refused", _("Refused by the consignee")),
    _shipment("exception", _("Exception")),
    _shipment("returning", _("On its way back")),
    _shipment("late", _("Late, with a new expected time")),
    staff_topic("staff.late_opened", _("Late shipment found (staff)")),
)

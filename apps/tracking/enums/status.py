"""Where a shipment stands: the canonical statuses and the reasons beside them (TRK-2)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class Status(ColourChoices):
    CREATED = "created", _("Entered"), "grey"
    AWAITING_PICKUP = "awaiting_pickup", _("Awaiting pickup"), "grey"
    PICKUP_FAILED = "pickup_failed", _("Pickup failed"), "amber"
    PICKED_UP = "picked_up", _("Picked up"), "blue"
    IN_TRANSIT = "in_transit", _("In transit"), "blue"
    ARRIVED_DEST_CITY = "arrived_dest_city", _("Arrived in destination city"), "blue"
    REDIRECTED = "redirected", _("Redirected"), "purple"
    HANDED_TO_OTHER_CARRIER = (
        "handed_to_other_carrier",
        _("Handed to another carrier"),
        "purple",
    )
    OUT_FOR_DELIVERY = "out_for_delivery", _("Out for delivery"), "teal"
    READY_FOR_PICKUP = "ready_for_pickup", _("Ready to collect"), "teal"
    DELIVERED = "delivered", _("Delivered"), "green"
    ATTEMPT_FAILED = "attempt_failed", _("Delivery attempt failed"), "amber"
    REFUSED = "refused", _("Refused by consignee"), "red"
    EXCEPTION = "exception", _("Exception"), "red"
    LATE = "late", _("Delayed"), "amber"
    CUSTOMS = "customs", _("In customs"), "purple"
    INTERCEPTED = "intercepted", _("Intercepted"), "amber"
    CANCELLED = "cancelled", _("Cancelled"), "grey"
    RETURNING = "returning", _("Returning to sender"), "amber"
    RETURNED = "returned", _("Returned to sender"), "grey"
    SIGNBACK = "signback", _("Return document on its way"), "purple"
    EXPIRED = "expired", _("No news for a long time"), "grey"


class Reason(TextChoices):
    """Why, or how, a status came about; empty for most."""

    SELF = "self", _("signed by the consignee")
    AFTER_EXCEPTION = "after_exception", _("signed after a problem")
    PROXY = "proxy", _("signed by someone else for the consignee")
    COLLECTED = "locker_or_station_collected", _("collected from a locker or station")
    COD_COLLECTED = "cod_collected", _("signed, cash on delivery paid")
    LOCKER_OR_STATION = "locker_or_station", _("waiting in a locker or at a station")
    NEW_ADDRESS = "new_address", _("to a new address")
    GENERIC = "generic", _("could not be delivered")
    CANNOT_CONTACT = "cannot_contact", _("consignee absent or not reached")
    BUSINESS_CLOSED = "business_closed", _("business closed")
    BAD_ADDRESS = "bad_address", _("address wrong or incomplete")
    OUT_OF_AREA = "out_of_area", _("outside the delivery area")
    HELD_AT_BRANCH = "held_at_branch", _("held at the branch")
    DAMAGED = "damaged", _("damaged")
    LOST = "lost", _("lost")
    MISROUTED = "misrouted", _("sent the wrong way")
    NOT_COLLECTED = "not_collected_from_locker", _("not collected from the locker")
    NO_UPDATE = "no_update", _("no scan for too long")
    NOT_SIGNED = "not_signed", _("not signed in time")
    WEATHER = "weather", _("weather")
    PENDING = "pending", _("waiting for customs")
    PROCESSING = "processing", _("being cleared")
    RELEASED = "released", _("released by customs")
    CUSTOMS_EXCEPTION = "exception", _("customs asks for more")
    BEFORE_PICKUP = "before_pickup", _("before pickup")
    SIGNED_BY_SENDER = "signed_by_sender", _("signed by the sender")
    SECOND_WAYBILL = "second_waybill", _("under a second waybill number")
    NO_RESULT = "no_result", _("the partner has no record")


# Nothing more is expected of these; a lost shipment is an exception that ends.
TERMINAL = frozenset({Status.DELIVERED, Status.CANCELLED, Status.RETURNED, Status.EXPIRED})
TERMINAL_PAIRS = frozenset({(Status.EXCEPTION, Reason.LOST)})
# Statuses that a person has to look at.
TROUBLE = frozenset(
    {
        Status.PICKUP_FAILED,
        Status.ATTEMPT_FAILED,
        Status.REFUSED,
        Status.EXCEPTION,
        Status.LATE,
        Status.INTERCEPTED,
        Status.RETURNING,
        Status.EXPIRED,
    }
)


def is_terminal(status: str, reason: str = "") -> bool:
    return status in TERMINAL or (status, reason) in TERMINAL_PAIRS


# It is not on its way to the consignee until somebody has decided: a time of delivery would be
# made up.
UNDECIDED = frozenset({Status.REFUSED, Status.INTERCEPTED, Status.RETURNING})
UNDECIDED_PAIRS = frozenset(
    (Status.EXCEPTION, reason)
    for reason in (Reason.LOST, Reason.DAMAGED, Reason.BAD_ADDRESS, Reason.OUT_OF_AREA)
)


def may_be_expected(status: str, reason: str = "") -> bool:
    """Whether a time of delivery to the consignee means anything for a shipment in this state."""
    if is_terminal(status, reason):
        return False
    return status not in UNDECIDED and (status, reason) not in UNDECIDED_PAIRS

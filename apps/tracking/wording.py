"""The state of a shipment in one sentence that a person would say, the same by every way of asking
(TRK-8, TRK-10). Its scans are told in scan_wording.

No name, phone or address can get in here: the only inputs are the status, its reason and times.
"""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.tracking.days import at_when, by_when
from apps.tracking.enums import Reason, Status

STATES: dict[str, Promise] = {
    Status.CREATED: gettext_lazy("We have your order and will collect the parcel"),
    Status.AWAITING_PICKUP: gettext_lazy("Waiting to be collected"),
    Status.PICKUP_FAILED: gettext_lazy("We could not collect the parcel and will try again"),
    Status.PICKED_UP: gettext_lazy("Picked up"),
    Status.IN_TRANSIT: gettext_lazy("On its way"),
    Status.ARRIVED_DEST_CITY: gettext_lazy("Arrived in the destination city"),
    Status.REDIRECTED: gettext_lazy("On its way to a new address"),
    Status.HANDED_TO_OTHER_CARRIER: gettext_lazy("On its way with a partner carrier"),
    Status.OUT_FOR_DELIVERY: gettext_lazy("Out for delivery"),
    Status.READY_FOR_PICKUP: gettext_lazy("Ready to be collected, not signed for yet"),
    Status.DELIVERED: gettext_lazy("Delivered and signed for"),
    Status.ATTEMPT_FAILED: gettext_lazy("We could not deliver it and will try again"),
    Status.REFUSED: gettext_lazy(
        "The consignee did not accept it, and we are asking the sender what to do"
    ),
    Status.EXCEPTION: gettext_lazy("Something went wrong on the way, and we are dealing with it"),
    Status.LATE: gettext_lazy("Delayed, and we are sorry"),
    Status.CUSTOMS: gettext_lazy("In customs"),
    Status.INTERCEPTED: gettext_lazy(
        "Stopped on the way, as asked; the sender decides what happens next"
    ),
    Status.CANCELLED: gettext_lazy("This shipment was cancelled"),
    Status.RETURNING: gettext_lazy("On its way back to the sender"),
    Status.RETURNED: gettext_lazy("Returned to the sender"),
    Status.SIGNBACK: gettext_lazy("Delivered; the signed document is on its way back"),
    Status.EXPIRED: gettext_lazy("No news for a long time: please call us"),
}
DETAILS: dict[tuple[str, str], Promise] = {
    (Status.DELIVERED, Reason.PROXY): gettext_lazy("Delivered and signed for by someone else"),
    (Status.DELIVERED, Reason.COLLECTED): gettext_lazy("Collected from the pick-up point"),
    (Status.ATTEMPT_FAILED, Reason.CANNOT_CONTACT): gettext_lazy(
        "Nobody could be reached for delivery, and we will try again"
    ),
    (Status.ATTEMPT_FAILED, Reason.BUSINESS_CLOSED): gettext_lazy(
        "The business was closed, and we will deliver again"
    ),
    (Status.EXCEPTION, Reason.BAD_ADDRESS): gettext_lazy(
        "The address is wrong or incomplete: please call us"
    ),
    (Status.EXCEPTION, Reason.OUT_OF_AREA): gettext_lazy(
        "The address is outside our delivery area: please call us"
    ),
    (Status.EXCEPTION, Reason.HELD_AT_BRANCH): gettext_lazy("Held at our branch for now"),
    (Status.EXCEPTION, Reason.DAMAGED): gettext_lazy(
        "The parcel is damaged, and we are sorry: please call us"
    ),
    (Status.EXCEPTION, Reason.LOST): gettext_lazy(
        "The parcel is lost, and we are sorry: please call us about compensation"
    ),
    (Status.EXCEPTION, Reason.MISROUTED): gettext_lazy(
        "Sent the wrong way; we are bringing it back on its route"
    ),
    (Status.EXCEPTION, Reason.NOT_COLLECTED): gettext_lazy(
        "Still waiting at the pick-up point: please collect it soon"
    ),
    (Status.LATE, Reason.WEATHER): gettext_lazy("Delayed by the weather, and we are sorry"),
    (Status.LATE, Reason.NO_UPDATE): gettext_lazy(
        "No news for too long, and we are looking into it"
    ),
    (Status.CUSTOMS, Reason.RELEASED): gettext_lazy("Released by customs and on its way"),
    (Status.CUSTOMS, Reason.CUSTOMS_EXCEPTION): gettext_lazy(
        "Customs asks for more information: please call us"
    ),
}
# On these the next thing to happen is a delivery, so an expected time belongs in the sentence.
MOVING = frozenset(
    {
        Status.PICKED_UP,
        Status.IN_TRANSIT,
        Status.ARRIVED_DEST_CITY,
        Status.REDIRECTED,
        Status.HANDED_TO_OTHER_CARRIER,
        Status.OUT_FOR_DELIVERY,
        Status.LATE,
    }
)


def state_sentence(
    status: str,
    reason: str,
    *,
    expected_at: datetime | None,
    promised_at: datetime | None,
    status_at: datetime,
    at: datetime,
) -> str:
    """``On its way, expected tomorrow by 18:00``, in the active language.

    ``at`` is the present. A time already past is never given as expected; a promise already
    broken is said plainly, with an apology, never hidden (TRK-7).
    """
    state = str(DETAILS.get((status, reason)) or STATES.get(status) or STATES[Status.IN_TRANSIT])
    if status == Status.DELIVERED:
        return _("%(state)s %(when)s") % {"state": state, "when": at_when(status_at, at)}
    if status not in MOVING:
        return state
    if expected_at is not None and expected_at > at:
        return _("%(state)s, expected %(when)s") % {
            "state": state,
            "when": by_when(expected_at, at),
        }
    if promised_at is not None and promised_at <= at and status != Status.LATE:
        return _("%(state)s, later than promised, and we are sorry") % {"state": state}
    return state

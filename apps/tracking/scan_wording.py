"""One scan in a sentence of our own, for whoever has proved nothing (TRK-8, TRK-10).

A sender's own words are never shown to such a reader. A sentence is chosen by what the scan means,
and filled with a checked place and where the parcel goes next.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.tracking.enums import Reason, Status

R, S = Reason, Status


@dataclass(frozen=True, slots=True)
class Forms:
    """The same news with more known of it. ``here`` and ``onward`` are places; what has no form of
    its own is told by the form that says less."""

    plain: Promise
    here: Promise | None = None
    onward: Promise | None = None
    both: Promise | None = None


_HANDLED = Forms(
    _("Something went wrong on the way, and we are dealing with it"),
    _("Something went wrong at %(here)s, and we are dealing with it"),
)
# By the word of the scan, where it says more than its status.
_CODES: dict[str, Forms] = {
    "sorted": Forms(
        _("The parcel has been sorted"),
        _("Sorted at %(here)s"),
        _("Sorted, next stop %(onward)s"),
        _("Sorted at %(here)s, next stop %(onward)s"),
    ),
    "departed": Forms(
        _("The parcel has left for its next stop"),
        _("Left %(here)s for its next stop"),
        _("The parcel has left for %(onward)s"),
        _("Left %(here)s for %(onward)s"),
    ),
    "arrived": Forms(
        _("The parcel has arrived at a stop on its way"),
        _("Arrived at %(here)s"),
        None,
        _("Arrived at %(here)s, next stop %(onward)s"),
    ),
}
_PAIRS: dict[tuple[str, str], Forms] = {
    (S.DELIVERED, R.PROXY): Forms(
        _("Signed for by someone else on the consignee's behalf"),
        _("Delivered in %(here)s, signed for by someone else on the consignee's behalf"),
    ),
    (S.DELIVERED, R.COLLECTED): Forms(
        _("Collected from the pick-up point, thank you"),
        _("Collected from %(here)s, thank you"),
    ),
    (S.DELIVERED, R.AFTER_EXCEPTION): Forms(_("The problem was solved and the parcel signed for")),
    (S.ATTEMPT_FAILED, R.CANNOT_CONTACT): Forms(
        _("Nobody could be reached for delivery; it will be tried again"),
        _("Nobody could be reached for delivery in %(here)s; it will be tried again"),
    ),
    (S.ATTEMPT_FAILED, R.BUSINESS_CLOSED): Forms(
        _("The business was closed; delivery will be tried again"),
        _("The business in %(here)s was closed; delivery will be tried again"),
    ),
    (S.EXCEPTION, R.BAD_ADDRESS): Forms(
        _("The address is wrong or incomplete, and we are checking it"),
        _("The address is wrong or incomplete; it is being checked in %(here)s"),
    ),
    (S.EXCEPTION, R.OUT_OF_AREA): Forms(
        _("The address is outside the delivery area, and we are looking for a way"),
        _("The address is outside the delivery area in %(here)s, and we are looking for a way"),
    ),
    (S.EXCEPTION, R.HELD_AT_BRANCH): Forms(
        _("The parcel is held at a branch and waits to be delivered"),
        _("The parcel is held at %(here)s and waits to be delivered"),
    ),
    (S.EXCEPTION, R.DAMAGED): Forms(
        _("The parcel was damaged; we are sorry and are dealing with it"),
        _("The parcel was found damaged at %(here)s; we are sorry and are dealing with it"),
    ),
    (S.EXCEPTION, R.LOST): Forms(
        _("The parcel is lost; we are sorry. Please call us about compensation")
    ),
    (S.EXCEPTION, R.MISROUTED): Forms(
        _("Sent the wrong way; the parcel is being brought back on its route"),
        _("Sent the wrong way; the parcel is being brought back on its route from %(here)s"),
        None,
        _("Sent the wrong way; on its way from %(here)s to %(onward)s"),
    ),
    (S.EXCEPTION, R.NOT_COLLECTED): Forms(
        _("Still waiting at the pick-up point: please collect it soon"),
        _("Still waiting at %(here)s: please collect it soon"),
    ),
    (S.LATE, R.NO_UPDATE): Forms(_("No news for too long, and we are looking into it")),
    (S.LATE, R.NOT_SIGNED): Forms(
        _("Not delivered in time, and we are looking into it"),
        _("Not delivered in time in %(here)s, and we are looking into it"),
    ),
    (S.LATE, R.WEATHER): Forms(
        _("Delayed by the weather, and we are sorry"),
        _("Delayed by the weather at %(here)s, and we are sorry"),
    ),
    (S.CUSTOMS, R.PENDING): Forms(_("Waiting for customs"), _("Waiting for customs at %(here)s")),
    (S.CUSTOMS, R.RELEASED): Forms(
        _("Released by customs and on its way"), _("Released by customs at %(here)s")
    ),
    (S.CUSTOMS, R.CUSTOMS_EXCEPTION): Forms(_("Customs asks for more information: please call us")),
}
_STATUSES: dict[str, Forms] = {
    S.CREATED: Forms(_("The order has been entered; the parcel has not been handed over yet")),
    S.AWAITING_PICKUP: Forms(
        _("Waiting to be collected"), _("Waiting to be collected in %(here)s")
    ),
    S.PICKUP_FAILED: Forms(
        _("The parcel could not be collected; it will be tried again"),
        _("The parcel could not be collected in %(here)s; it will be tried again"),
    ),
    S.PICKED_UP: Forms(
        _("The parcel has been picked up"),
        _("Picked up at %(here)s"),
        _("Picked up, next stop %(onward)s"),
        _("Picked up at %(here)s, next stop %(onward)s"),
    ),
    S.IN_TRANSIT: Forms(
        _("The parcel is on its way"),
        _("On its way, at %(here)s"),
        _("On its way to %(onward)s"),
        _("On its way from %(here)s to %(onward)s"),
    ),
    S.ARRIVED_DEST_CITY: Forms(
        _("Arrived in the destination city"),
        _("Arrived in the destination city, at %(here)s"),
    ),
    S.REDIRECTED: Forms(
        _("On its way to a new address"),
        _("Redirected at %(here)s, on its way to a new address"),
        _("Redirected, next stop %(onward)s"),
        _("Redirected at %(here)s, next stop %(onward)s"),
    ),
    S.HANDED_TO_OTHER_CARRIER: Forms(
        _("Handed to a partner carrier, who takes it further"),
        _("Handed to a partner carrier at %(here)s"),
    ),
    S.OUT_FOR_DELIVERY: Forms(
        _("Out for delivery; please keep your phone at hand"),
        _("Out for delivery from %(here)s; please keep your phone at hand"),
    ),
    S.READY_FOR_PICKUP: Forms(
        _("Waiting for the consignee at a pick-up point"),
        _("Waiting for the consignee at %(here)s"),
    ),
    S.DELIVERED: Forms(
        _("Delivered and signed for, thank you"),
        _("Delivered in %(here)s and signed for, thank you"),
    ),
    S.ATTEMPT_FAILED: Forms(
        _("It could not be delivered this time; delivery will be tried again"),
        _("It could not be delivered in %(here)s this time; delivery will be tried again"),
    ),
    S.REFUSED: Forms(
        _("The consignee did not accept the parcel"),
        _("The consignee did not accept the parcel; it is kept at %(here)s"),
    ),
    S.EXCEPTION: _HANDLED,
    S.LATE: Forms(_("Delayed, and we are sorry"), _("Delayed at %(here)s, and we are sorry")),
    S.CUSTOMS: Forms(_("In customs"), _("In customs at %(here)s")),
    S.INTERCEPTED: Forms(_("Stopped on the way, as asked"), _("Stopped at %(here)s, as asked")),
    S.CANCELLED: Forms(_("The shipment was cancelled")),
    S.RETURNING: Forms(
        _("On its way back to the sender"),
        _("On its way back to the sender, at %(here)s"),
        _("On its way back to the sender, next stop %(onward)s"),
        _("On its way back to the sender, from %(here)s to %(onward)s"),
    ),
    S.RETURNED: Forms(_("Returned to the sender, who signed for it")),
    S.SIGNBACK: Forms(
        _("The signed document is on its way back"),
        _("The signed document is on its way back, at %(here)s"),
    ),
    S.EXPIRED: Forms(_("No news for a long time: please call us")),
}


def scan_sentence(code: str, status: str, reason: str, *, here: str, onward: str) -> str:
    """``Left 杭州转运中心 for 北京``, in the active language. ``here`` and ``onward`` are checked
    places, or empty; nothing else can get into the sentence."""
    forms = _CODES.get(code) or _PAIRS.get((status, reason)) or _STATUSES.get(status, _HANDLED)
    chosen = forms.plain
    if here and onward and forms.both:
        chosen = forms.both
    elif here and forms.here:
        chosen = forms.here
    elif onward and forms.onward:
        chosen = forms.onward
    return str(chosen) % {"here": here, "onward": onward}

"""What an English scan text says has happened, in the same order as the Chinese ones."""

import re
from typing import Final

_POINT = (
    r"(?:parcel |smart )?lockers?\b|pick-?up (?:point|station|shop|location|store)|parcel ?shop|(?:collection|access|service) point"
    r"|convenience store|post office|\bagent'?s? (?:shop|store|point)|(?:cainiao|hive ?box) ?(?:station)?|\bstation (?:shop|store)"
)
_WHO = r"(?:the )?(?:consignee|recipient|customer|addressee|receiver)"
_COURIER = r"(?:the |our )?(?:courier|driver|carrier|delivery (?:man|agent|staff))"
_FIRMS = r"EMS|China Post|DHL|UPS|FedEx|TNT|S\.?F\.? ?Express|YTO|ZTO|STO|Yunda|J&T|JD Logistics|Deppon|(?:local |national )?post(?:al service)?\b(?! office)"
_NOT_YET = re.compile(
    r"(?:will|shall|to|can|should|expected to|scheduled to) be (?:delivered|signed|picked up|collected)"
    r"|(?:expected|estimated|scheduled) (?:delivery|arrival)|please[^.,;]*",
    re.I,
)
_RULES: Final[tuple[tuple[str, str], ...]] = (
    (r"return(?:ed)?[^.;]{0,30}(?:signed|delivered|received) by (?:the )?(?:sender|shipper)|(?:delivered|returned) (?:back )?to (?:the )?(?:sender|shipper)$", "returned.signed_by_sender"),
    (r"\breturn(?:ing|ed)?\b[^.;]{0,20}(?:sender|shipper|origin)|being returned", "returning"),
    (r"refus(?:ed|al)|reject(?:ed|ion)|declined", "refused"),
    (rf"{_COURIER}[^.;]{{0,30}}(?:removed|retrieved|took|taken|collected|withdr[ae]w)[^.;]{{0,40}}(?:{_POINT}|back)|(?:removed|retrieved|taken|withdrawn)[^.;]{{0,30}}(?:{_POINT})[^.;]{{0,20}}by {_COURIER}|(?:{_POINT})[^.;]{{0,20}}(?:removed|retrieved|taken|withdrawn)[^.;]{{0,20}}by {_COURIER}", "attempt_failed.generic"),
    (r"not (?:been )?collected|uncollected|unclaimed", "exception.not_collected_from_locker"),
    (rf"(?:await\w*|waiting for|pending)[^.;]{{0,12}}(?:collection|pick-?up)[^.;]{{0,6}}by {_COURIER}|{_COURIER}[^.;]{{0,12}}(?:on (?:the|his|its) way|coming|assigned)[^.;]{{0,12}}(?:pick|collect)", "awaiting_pickup"),
    (rf"(?:collected|picked up|retrieved|taken(?: out)?)[^.;]{{0,30}}(?:by {_WHO}|from[^.;]{{0,20}}(?:{_POINT}))|{_WHO}[^.;]{{0,20}}(?:collected|picked up|retrieved|took)", "delivered.locker_or_station_collected"),
    (rf"(?:{_POINT})|(?:ready|available|held|waiting|awaiting)(?: for)? (?:(?:customer|consignee|recipient)(?:'s)? )?(?:pick-?up by {_WHO}|collection|self-?pick-?up)|(?:ready|available) (?:for (?:customer )?pick-?up|to collect|to be collected)|(?:pick-?up|collection) code", "ready_for_pickup.locker_or_station"),
    (r"(?<!not )(?<!no )damaged?\b", "exception.damaged"),
    (r"\blost\b|\bmissing\b", "exception.lost"),
    (r"mis-?(?:routed|sorted|sent|directed)", "exception.misrouted"),
    (r"(?:incorrect|wrong|incomplete|insufficient|bad) address", "exception.bad_address"),
    (r"(?:business|office|company|premises)[^.;]{0,10}closed", "attempt_failed.business_closed"),
    (r"(?:not (?:at )?home|nobody|no ?one|not available|unavailable|absent|unreachable|not reached|could not be reached|no answer)", "attempt_failed.cannot_contact"),
    (r"attempt|(?:could not|cannot|unable to|not|un)[ -]?(?:yet )?(?:be )?(?:deliver|sign)|delivery (?:failed|exception|unsuccessful|rescheduled|postponed)|reschedul|postpon|re-?deliver|(?:request|ask|want)\w*[^.;]{0,12}chang[^.;]{0,12}(?:delivery|time|date)|(?:request|ask|want)\w*[^.;]{0,20}(?:(?:later|another|a different|a new|future)[^.;]{0,10}(?:deliver|date|day|time)|(?:deliver|redeliver)\w*[^.;]{0,10}(?:later|tomorrow|next|after|on (?:mon|tues|wednes|thurs|fri|satur|sun)day))", "attempt_failed.generic"),
    (r"(?:await\w*|waiting for|pending|scheduled(?: for)?|to be|booked|request\w*|assigned)[^.;]{0,20}(?:pick-?up|picked up|collection)|pick-?up (?:task|request|order|is )?\s?(?:scheduled|assigned|booked|pending|task)|not (?:yet )?picked up|(?:wait\w*|await\w*|to be) (?:collected|picked up) from (?:the )?(?:sender|shipper)|pick-?up requested|(?:wait|await)\w* (?:for )?(?:the |a )?courier$", "awaiting_pickup"),
    (r"pick-?up (?:failed|unsuccessful)", "pickup_failed"),
    (rf"(?:hand(?:ed)? ?-?(?:over )?|transfer(?:red)?|tender(?:ed)?|forward(?:ed)?|passed)(?: over)? to[^.;]{{0,24}}(?:carrier|partner|(?:local|third[- ]party|another|other) courier|{_FIRMS})|sign(?:ed|er)(?: for)?(?: by)?:? ?(?:{_FIRMS})", "handed_to_other_carrier"),
    (r"intercept", "intercepted"),
    (r"cancel", "cancelled.before_pickup"),
    (r"customs[^.;]{0,20}(?:cleared|released|completed)|(?:cleared|released by) customs", "customs.released"),
    (r"customs|clearance", "customs.processing"),
    (r"sign(?:ed|er)(?: for)?(?: by)?:?[^.;]{0,20}(?:neighbo|recept|front desk|guard|security|property|colleague|family|concierge|proxy)", "delivered.proxy"),
    (r"left with (?:the |a )?(?:neighbo|recept|front desk|guard|security|property|colleague|family|concierge)", "delivered.proxy"),
    (r"\bdelivered\b|signed|proof of delivery|(?:left|placed|put) (?:at|by|on|in|outside)[^.;]{0,20}(?:door|porch|mailbox|letter ?box|garage|patio)", "delivered.self"),
    (r"out for delivery|(?:vehicle|van) for delivery|being delivered|delivering|with (?:the |a )?(?:delivery courier|courier for delivery)|out with (?:the |a )?courier|(?:courier|driver)[^.;]{0,10}on (?:the|his|its|their) way", "out_for_delivery"),
    (r"picked ?up|pick-?up (?:completed|successful|done)|\bcollected\b|accept(?:ed|ance)", "picked_up"),
    (r"delay", "late"),
    (r"(?:order|shipment|label|information)[^.;]{0,12}(?:created|received|placed|registered)", "created"),
    (r"arriv(?:ed|al)[^.;]{0,20}destination", "arrived_dest_city"),
    (r"arriv|received at|unloaded", "arrived"),
    (r"depart|left |dispatched|loaded|sent to|en route", "departed"),
    (r"in transit|on (?:the|its) way to", "in_transit"),
    (r"sort(?:ed|ing)|process(?:ed|ing)|scanned", "sorted"),
)  # fmt: skip
RULES: Final = tuple((re.compile(pattern, re.I), code) for pattern, code in _RULES)
# What may be read although it is only asked for: the asking says where the parcel lies.
_ASKS_TO_COLLECT = re.compile(
    r"please (?:collect|pick (?:it |your parcel )?up)|come and collect", re.I
)

_WAITS = re.compile(
    r"(?:wait|await)\w* to be picked up|to be (?:collected|picked up) from (?:the )?(?:sender|shipper)",
    re.I,
)


def read(text: str) -> str:
    """The code of a text; empty when it says nothing we know."""
    code = next((code for rule, code in RULES if rule.search(_NOT_YET.sub(" ", text))), "")
    if not code and _WAITS.search(text):
        return "awaiting_pickup"
    if code in ("", "arrived", "delivered.self", "out_for_delivery") and _ASKS_TO_COLLECT.search(
        text
    ):
        return "ready_for_pickup.locker_or_station"
    return code

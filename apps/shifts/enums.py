"""Choices of duty and handover 值班与交接班 (CMP-9), and what its events are called."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class Holidays(ColourChoices):
    """What a need does on public holidays."""

    SAME = "same", _("As on that weekday"), "grey"
    NEVER = "never", _("Not on public holidays"), "amber"
    ALSO = "also", _("On public holidays too, whatever weekday"), "blue"


class GapEnd(ColourChoices):
    """Why a gap is not open any more."""

    FILLED = "filled", _("Filled"), "green"
    PASSED = "passed", _("It came: nobody was on duty"), "red"
    DROPPED = "dropped", _("Not needed any more"), "grey"


class SwapState(ColourChoices):
    ASKED = "asked", _("Asked"), "amber"
    TAKEN = "taken", _("Taken, to be confirmed"), "blue"
    DONE = "done", _("Swapped"), "green"
    REFUSED = "refused", _("Refused"), "red"
    EXPIRED = "expired", _("Nobody took it in time"), "grey"


class HandoverState(ColourChoices):
    OPEN = "open", _("To be handed over"), "amber"
    OFFERED = "offered", _("Offered"), "blue"
    ACCEPTED = "accepted", _("Accepted"), "green"
    LAPSED = "lapsed", _("Not accepted in time"), "red"
    VOID = "void", _("Not needed any more"), "grey"


class ItemState(ColourChoices):
    LISTED = "listed", _("On the list"), "grey"
    KEPT = "kept", _("Kept by the giver"), "purple"
    PASSED = "passed", _("Passed on"), "green"
    RETURNED = "returned", _("Returned"), "red"


LONGEST_CYCLE = 56  # days of a pattern: eight weeks
MATTER = "matter"  # the kind of those items whose clocks run out


class ShiftMatter(ColourChoices):
    """What of duty is timed."""

    COVERAGE_GAP = "coverage_gap", _("Gap in the roster"), "red"
    SHIFT_HANDOVER = "shift_handover", _("Shift handover"), "amber"


MATTER_KINDS = {
    ShiftMatter.COVERAGE_GAP: Timed(seen_with="shifts.view_gap"),
    ShiftMatter.SHIFT_HANDOVER: Timed(seen_with="shifts.view_handover"),
}
EVENT_KINDS = {
    "need.changed": _("Need of people set"),
    "need.ended": _("Need of people ended"),
    "pattern.made": _("Shift pattern made"),
    "pattern.filled": _("Roster filled from a pattern"),
    "gap.found": _("Gap in the roster found"),
    "gap.filled": _("Gap in the roster filled"),
    "gap.passed": _("Gap in the roster passed uncovered"),
    "gap.dropped": _("Gap in the roster not needed any more"),
    "gap.asked": _("Colleagues asked to take a gap"),
    "swap.asked": _("Swap asked"),
    "swap.taken": _("Swap taken by a colleague"),
    "swap.done": _("Shift swapped"),
    "swap.refused": _("Swap refused"),
    "swap.expired": _("Swap expired"),
    "handover.opened": _("Handover opened"),
    "handover.offered": _("Handover offered"),
    "handover.accepted": _("Handover accepted"),
    "handover.returned": _("Item of a handover returned"),
    "handover.lapsed": _("Handover not accepted in time"),
    "handover.voided": _("Handover not needed any more"),
    "shiftfeed.made": _("Calendar link made"),
    "shiftfeed.revoked": _("Calendar link revoked"),
}
EVENT_VALUES: dict[str, type[ColourChoices]] = {}
EVENT_DETAILS = {
    "gap.found/from": _("from"),
    "gap.found/heads": _("People missing"),
    "gap.asked/names": _("Asked"),
    "gap.filled/from": _("from"),
    "gap.passed/from": _("from"),
    "gap.dropped/from": _("from"),
    "swap.asked/from": _("from"),
    "swap.taken/from": _("from"),
    "swap.done/from": _("from"),
    "swap.refused/from": _("from"),
    "swap.expired/from": _("from"),
    "pattern.filled/shifts": _("Shifts"),
    "pattern.filled/from": _("from"),
    "handover.returned/item": _("Item"),
    "handover.opened/items": _("Items"),
    "handover.offered/items": _("Items"),
    "handover.accepted/items": _("Items"),
    "handover.accepted/returned": _("Returned"),
    "giver": _("Giver"),
    "receiver": _("Receiver"),
    "watch": _("The watch is with"),
    "taker": _("Taken by"),
    "user.off_shift/from": _("from"),
}
EVENT_ROWS = ("people", "pattern")

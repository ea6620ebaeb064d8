from apps.shifts.services.feeds import make_feed, revoke_feed
from apps.shifts.services.gaps import REFRESH, refresh_gaps
from apps.shifts.services.handovers import (
    accept_handover,
    offer_handover,
    open_due,
    open_handover,
    take_handover,
)
from apps.shifts.services.needs import end_need, fill_pattern, make_pattern, set_need
from apps.shifts.services.staffing import ask_volunteers, move_shift, plan_person, take_gap
from apps.shifts.services.swaps import (
    ask_swap,
    confirm_swap,
    expire_swaps,
    refuse_swap,
    take_swap,
)
from apps.shifts.services.working import WORK, end_forgotten, work_handovers

__all__ = [
    "REFRESH",
    "WORK",
    "accept_handover",
    "ask_swap",
    "ask_volunteers",
    "confirm_swap",
    "end_forgotten",
    "end_need",
    "expire_swaps",
    "fill_pattern",
    "make_feed",
    "make_pattern",
    "move_shift",
    "offer_handover",
    "open_due",
    "open_handover",
    "plan_person",
    "refresh_gaps",
    "refuse_swap",
    "revoke_feed",
    "set_need",
    "take_gap",
    "take_handover",
    "take_swap",
    "work_handovers",
]

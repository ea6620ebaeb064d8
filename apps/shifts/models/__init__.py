from apps.shifts.models.feeds import ShiftFeed
from apps.shifts.models.handovers import Handover, HandoverItem
from apps.shifts.models.needs import Gap, Need
from apps.shifts.models.patterns import Pattern, PatternFill, PatternLine, PatternPlace
from apps.shifts.models.swaps import Swap

__all__ = [
    "Gap",
    "Handover",
    "HandoverItem",
    "Need",
    "Pattern",
    "PatternFill",
    "PatternLine",
    "PatternPlace",
    "ShiftFeed",
    "Swap",
]

from apps.shifts.admin.gaps import GapAdmin
from apps.shifts.admin.handovers import HandoverAdmin
from apps.shifts.admin.settings import NeedAdmin, PatternAdmin
from apps.shifts.admin.swaps import SwapAdmin

__all__ = ["GapAdmin", "HandoverAdmin", "NeedAdmin", "PatternAdmin", "SwapAdmin"]

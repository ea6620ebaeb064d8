"""What a merchant may know of a case about its shipments. Pure.

That there is one, of which class, and how it ended: it answers to its own buyers. What was said is
between us and whoever said it, so the conversation is open only where the merchant itself, through
its key, brought the case.
"""

from apps.complaints.enums import CaseChannel
from apps.complaints.models import Case


def is_merchants_own(case: Case) -> bool:
    return case.channel == CaseChannel.API

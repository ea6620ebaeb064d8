"""By which channels a customer can be answered, the one they used first. Pure."""

from apps.complaints.enums import CaseChannel
from apps.complaints.models import Case

# Said aloud: on record as words, sent by nobody.
ALOUD = (CaseChannel.PHONE, CaseChannel.IN_PERSON)


def ways_to_write(case: Case) -> list[CaseChannel]:
    """Channels that carry a written answer to this contact."""
    there = {
        CaseChannel.EMAIL: bool(case.contact_email),
        CaseChannel.WECHAT: bool(case.contact_wechat),
        CaseChannel.CHAT: case.channel == CaseChannel.CHAT,
        CaseChannel.API: case.channel == CaseChannel.API,
    }
    found = [channel for channel, holds in there.items() if holds]
    return sorted(found, key=lambda channel: channel != case.channel)


def ways_to_tell(case: Case) -> list[CaseChannel]:
    """Likewise, and aloud; the channel they used comes first."""
    found = [*ways_to_write(case), *ALOUD]
    return sorted(found, key=lambda channel: channel != case.channel)

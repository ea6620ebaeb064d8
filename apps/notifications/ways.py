"""Whether an answer to a case would go out at all, for whoever is about to write it."""

from dataclasses import dataclass

from apps.complaints.enums import CaseChannel
from apps.complaints.models import Case
from apps.complaints.rules.ways import ways_to_write
from apps.notifications import channels
from apps.notifications.enums import ChannelName


@dataclass(frozen=True, slots=True)
class NotSetUp:
    """A way by which the customer can be answered, and the company has no provider for it.
    ``other_way``: some other channel to persons is set up."""

    label: str
    other_way: bool


# What carries an answer by that way; an online chat carries its own.
_CARRIES = {
    CaseChannel.EMAIL: ChannelName.EMAIL,
    CaseChannel.WECHAT: ChannelName.WECHAT_TALK,
}
_TO_PERSONS = (ChannelName.EMAIL, ChannelName.SMS, ChannelName.WECHAT)


def ways_not_set_up(case: Case) -> list[NotSetUp]:
    """Of the ways offered for an answer to this case."""
    other = any(channels.channel(name).configured() for name in _TO_PERSONS)
    return [
        NotSetUp(str(way.label), other)
        for way in ways_to_write(case)
        if way in _CARRIES and not channels.channel(_CARRIES[way]).configured()
    ]

"""What happens to a case, for whoever brought it (CMP-1, CMP-7)."""

from collections.abc import Iterator

from apps.complaints.enums import CaseChannel, EntryKind, Outcome
from apps.complaints.models import Case
from apps.complaints.notices.lookup import Lookup, notice_of
from apps.complaints.queries import links, satisfaction
from apps.complaints.queries.following import same_person
from apps.core.notice_types import Notice
from apps.core.public_links import public_link
from apps.events.models import Event

# They hear of it where they are: in the chat, in WeChat's own answer, by webhook; or we found it.
ANSWERED_ELSEWHERE = frozenset({CaseChannel.API, CaseChannel.OWN_CHECK})
ANSWERED_IN_PLACE = frozenset({*ANSWERED_ELSEWHERE, CaseChannel.WECHAT})
SPOKEN_IN_PLACE = frozenset({*ANSWERED_ELSEWHERE, CaseChannel.CHAT})
_PREFERS = {
    CaseChannel.EMAIL: "email",
    CaseChannel.WECHAT: "wechat_talk",
    CaseChannel.PHONE: "sms",
    CaseChannel.IN_PERSON: "sms",
    CaseChannel.CHAT: "sms",
}


def _opened(event: Event, found: Lookup) -> Iterator[Notice]:
    """What was split off is one matter more to us, not to them."""
    case = found.case(event)
    if case is not None and case.channel not in ANSWERED_IN_PLACE and case.pk not in found.split:
        yield _to_person("case.received", event, case, found, at_once=True)


def _message_out(event: Event, found: Lookup) -> Iterator[Notice]:
    case, entry = found.case(event), found.entries.get(event.data.get("entry", 0))
    if case is None or entry is None or entry.channel in SPOKEN_IN_PLACE:
        return
    solved = entry.kind == EntryKind.SOLUTION
    notice = _to_person("case.solved" if solved else "case.reply", event, case, found)
    notice.personal = {"text": entry.text}
    notice.data["files"] = event.data.get("files", 0)
    notice.prefers = _preferred(CaseChannel(entry.channel), case)
    notice.at_once = found.has_just_written(case, event.at)
    yield notice


def _asked(event: Event, found: Lookup) -> Iterator[Notice]:
    case, ask = found.case(event), found.asks.get(event.data.get("ask", 0))
    if case is None or ask is None or ask.answered_at is not None:
        return
    if ask.channel in SPOKEN_IN_PLACE:
        return
    notice = _to_person("case.satisfaction", event, case, found)
    notice.link = public_link("portal:rate", satisfaction.token_of(ask))
    notice.prefers = _preferred(CaseChannel(ask.channel), case)
    yield notice


def _closed(event: Event, found: Lookup) -> Iterator[Notice]:
    """Whoever withdrew it knows. Others whose cases were merged into it hear that it is over, and
    nothing of what was said to each other's."""
    main = found.case(event)
    if main is None or main.outcome == Outcome.WITHDRAWN:
        return
    others = [case for case in found.absorbed.get(main.pk, []) if not same_person(case, main)]
    for case in (main, *others):
        if case.channel not in ANSWERED_ELSEWHERE:
            yield _to_person("case.closed", event, case, found)


def _to_person(
    topic: str, event: Event, case: Case, found: Lookup, *, at_once: bool = False
) -> Notice:
    notice = notice_of(topic, event, case)
    notice.data["due"] = found.due.get(case.pk)
    notice.link = public_link("portal:case", links.token_of(case))
    notice.prefers = _preferred(CaseChannel(case.channel), case)
    notice.at_once = at_once
    return notice


def _preferred(channel: CaseChannel, case: Case) -> str:
    """The channel they used; from the web form, the mailbox if they left one."""
    return _PREFERS.get(channel) or ("email" if case.contact_email else "sms")


READERS = {
    "case.opened": _opened,
    "case.message_out": _message_out,
    "case.satisfaction_asked": _asked,
    "case.closed": _closed,
}

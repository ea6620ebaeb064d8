"""Merging, splitting and linking cases: nothing of what was said is lost (CMP-1)."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.enums import AssignedHow, CaseClass, CaseState, EntryKind, LinkKind
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case, CaseEntry, CaseFile, CaseLink
from apps.complaints.rules.cases import check_live, check_merging, needed
from apps.complaints.services import clocks
from apps.complaints.services.assigning import give
from apps.complaints.services.holding import check_holds
from apps.complaints.services.locking import add_to_search, lock_case, move_case, write
from apps.complaints.services.opening import open_case
from apps.complaints.services.talking import add_internal
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record


@transaction.atomic
def merge_cases(*, source_id: int, target_id: int, by: User, at: datetime) -> Case:
    """``source`` ends in ``target``: its conversation is read there, its clocks stop, later messages
    go there, and what was promised is owed there by whoever promised it. Both rows are locked in the
    order of their ids, so of two merges at once in opposite directions one is refused. What was
    merged into ``source`` before moves along.

    RuleBroken: same_case, illegal_move (one of them is over), other_customer, held (something about the source must end first). Returns the target.
    """
    pair = {pk: lock_case(pk, by) for pk in sorted({source_id, target_id})}
    source, target = pair[source_id], pair[target_id]
    check_merging(source, target)
    check_holds(source, blocks_merging=True)
    move_case(
        source,
        CaseState.MERGED,
        by=by,
        at=at,
        merged_into=target,
        merged_at=at,
        merged_by=by,
        awaits_answer=False,
    )
    clocks.carried(source, target, by=by, at=at)
    clocks.stopped(source, reason="merged", by=by, at=at)
    _bring_along(source, target)
    write(
        target,
        at=at,
        awaits_answer=target.awaits_answer or source.awaits_answer,
        customer=target.customer or source.customer,
        waybill=target.waybill or source.waybill,
        **add_to_search(target, source.search_text),
    )
    if target.owner is None and source.owner is not None:
        give(target, source.owner, how=AssignedHow.GIVEN, by=by, at=at)
    else:
        clocks.changed(target, by=by, at=at)
    data = {"into": target.number, "revision": source.version}
    record("case.merged", source, by=by, at=at, data=data)
    data = {"from": source.number, "revision": target.version, "owner": target.owner_id}
    record("case.absorbed", target, by=by, at=at, data=data)
    return target


def _bring_along(source: Case, target: Case) -> None:
    """What the source had absorbed or was linked with belongs to the target from now on."""
    Case.objects.filter(merged_into=source).update(merged_into=target)
    links = CaseLink.objects.filter(Q(first=source) | Q(second=source)).select_for_update()
    for link in links:
        other = link.second_id if link.first_id == source.pk else link.first_id
        if other != target.pk:
            _link(target.pk, other, LinkKind(link.kind), by_id=link.linked_by_id, at=link.linked_at)
        link.delete()


def _link(one: int, other: int, kind: LinkKind, *, by_id: int, at: datetime) -> bool:
    first, second = sorted((one, other))
    _row, made = CaseLink.objects.get_or_create(
        first_id=first,
        second_id=second,
        defaults={"kind": kind, "linked_at": at, "linked_by_id": by_id},
    )
    return made


@transaction.atomic
def link_cases(*, case_id: int, other_id: int, kind: LinkKind, by: User, at: datetime) -> CaseLink:
    """Two cases that belong together; both timelines say so. Linking again changes the kind."""
    if case_id == other_id:
        raise RuleBroken(_("A case cannot be linked with itself."), code="same_case", field="other")
    first, second = (lock_case(pk, by) for pk in sorted((case_id, other_id)))
    if not _link(first.pk, second.pk, kind, by_id=by.pk, at=at):
        CaseLink.objects.filter(first=first, second=second).update(
            kind=kind, linked_at=at, linked_by=by
        )
    for case, other in ((first, second), (second, first)):
        data = {"with": other.number, "kind": str(kind)}
        record("case.linked", case, by=by, at=at, data=data)
    return CaseLink.objects.get(first=first, second=second)


@transaction.atomic
def unlink_cases(*, case_id: int, other_id: int, by: User, at: datetime) -> None:
    first, second = (lock_case(pk, by) for pk in sorted((case_id, other_id)))
    gone, _kinds = CaseLink.objects.filter(first=first, second=second).delete()
    if not gone:
        raise RuleBroken(_("These cases are not linked."), code="nothing_changed", field="other")
    for case, other in ((first, second), (second, first)):
        record("case.unlinked", case, by=by, at=at, data={"with": other.number})


@transaction.atomic
def split_case(
    *,
    case_id: int,
    entry_ids: Collection[int],
    title: str,
    case_class: CaseClass,
    by: User,
    at: datetime,
) -> Case:
    """A second matter in one conversation becomes a case of its own: the chosen entries are
    copied there with their files, both cases are linked, the new one's clocks start at ``at``.

    BadInput ``entries`` for none, or for entries of another case. Returns the new case.
    """
    title = needed(title, "title", most=120)
    case = lock_case(case_id, by)
    check_live(case)
    entries = list(case.entries.filter(pk__in=entry_ids).order_by("at", "pk"))
    if not entries or len(entries) != len(set(entry_ids)):
        raise BadInput(
            _("Choose which entries of this case the new one takes along."),
            code="bad_entries",
            field="entries",
        )
    new = NewCase(
        case_class=case_class,
        channel=case.channel,  # type: ignore[arg-type]  # its value
        title=title,
        description="\n\n".join(entry.text for entry in entries if entry.text) or title,
        customer=case.customer,
        waybill=case.waybill,
        order=case.order,
        contact_name=case.contact_name,
        contact_phone=case.contact_phone,
        contact_email=case.contact_email,
        contact_wechat=case.contact_wechat,
        language=case.language,  # type: ignore[arg-type]  # its value
        unit=case.unit,
    )
    made = open_case(new=new, by=by, at=at, entry=False).case
    for entry in entries:
        _copy(entry, made)
    _link(case.pk, made.pk, LinkKind.SPLIT, by_id=by.pk, at=at)
    note = _("Split off from %(number)s.") % {"number": case.number}
    add_internal(made, EntryKind.SYSTEM, note, by=by, at=at)
    record("case.split", case, by=by, at=at, data={"into": made.number})
    return made


def _copy(entry: CaseEntry, to: Case) -> None:
    copy = CaseEntry.objects.create(
        case=to,
        kind=entry.kind,
        channel=entry.channel,
        text=entry.text,
        is_internal=entry.is_internal,
        is_reached=entry.is_reached,
        author_label=entry.author_label,
        is_unverified=entry.is_unverified,
        copied_from=entry,
        at=entry.at,
        by=entry.by,
    )
    CaseFile.objects.bulk_create(
        CaseFile(
            entry=copy,
            key=uuid4(),
            path=file.path,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
        )
        for file in entry.files.all()
    )

"""Recording what a customer brings, once, and handing it on in the same breath (CMP-1)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.services import take_number
from apps.complaints.enums import (
    AssignedHow,
    CaseChannel,
    CaseClass,
    CaseState,
    EntryKind,
    Severity,
)
from apps.complaints.extensions import additions_to
from apps.complaints.inputs import NewCase, Opened
from apps.complaints.models import Case, CaseEntry
from apps.complaints.queries.team import CaseAssigner, is_nobodys, unit_for
from apps.complaints.queries.triage import severity_for
from apps.complaints.rules.cases import needed
from apps.complaints.rules.contacts import contact_values
from apps.complaints.rules.privacy import known_names, one_line
from apps.complaints.services import clocks
from apps.complaints.services.storing import attach, cleaned
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile
from apps.customers.grams import grams, searchable
from apps.customers.models import Customer
from apps.events.services import NewEvent, new_event, record_many

LONGEST_TITLE = 120
APPEALED = "邮政业申诉"  # why it is major, in the language of the company as the rules' names
SPOKEN = {CaseChannel.PHONE, CaseChannel.IN_PERSON}
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('case:' || %s, 0))"
_KNOWN = "SELECT id FROM complaints_case WHERE source_key = %s AND source_key <> ''"


def open_case(
    *,
    new: NewCase,
    by: User,
    at: datetime,
    files: Sequence[NewFile | CleanFile] = (),
    entry: bool = True,
) -> Opened:
    """Open a case: severity by the rules, clocks started, assigned by rule and load; all in one
    transaction (CMP-1, CMP-2).

    ``at`` is when it was brought (aware): the clocks count from there. A second call with the same
    ``source_key`` changes nothing and returns the case that is there. ``entry`` False: the caller
    brings the conversation along, and no extension adds anything. Raises BadInput naming the field;
    files are refused before anything is written.
    """
    assigner = CaseAssigner(at)
    case = _draft(new, assigner, by=by, at=at)
    with cleaned(files) as (clean, written), transaction.atomic():
        known = _known(new.source_key)
        if known is not None:
            return Opened(known, is_new=False)
        additions = additions_to(new, at) if entry else []
        _make_searchable(case, *(addition.words for addition in additions))
        # Whoever takes it down may not keep what they are not qualified for (STF-1).
        keep = new.keep and bool(assigner.qualified([by.pk]))
        _choose_owner(case, by.pk if keep else assigner.owner_of(case), by=by, at=at)
        case.number = take_number(Case.PREFIX, timezone.localdate(at))
        case.save(force_insert=True)
        if entry:
            attach(_first_entry(case, new, by=by, at=at), clean, written)
        dues: dict[str, datetime] = {}
        for addition in additions:
            addition.save(case, by, at)
            dues |= addition.dues
        clocks.start(case, by=by, at=at, dues=dues)
        desk = assigner.desk(case.unit) if is_nobodys(new, by) else []
        how = AssignedHow.KEPT if keep else AssignedHow.RULE
        how = AssignedHow.UNQUALIFIED if assigner.passed_over else how
        record_many(_events(case, desk, how, by=by, at=at))
        return Opened(case, is_new=True)


def _choose_owner(case: Case, owner_id: int | None, *, by: User, at: datetime) -> None:
    """Fill in whose a case is that is not saved yet; it is in the hands of the team in the same
    breath (CMP-2, "at once")."""
    if owner_id is None:
        return
    case.owner_id, case.assigned_at, case.assigned_by = owner_id, at, by
    case.handed_over_at, case.handed_over_by = at, by
    if owner_id == by.pk:
        case.state = CaseState.OPEN


def _known(source_key: str) -> Case | None:
    """What is there already under this key; whoever brings the same thing at this moment waits until
    this transaction ends."""
    if not source_key:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [source_key])
        cursor.execute(_KNOWN, [source_key])
        found = cursor.fetchone()
    return Case.objects.get(pk=found[0]) if found else None


def _draft(new: NewCase, assigner: CaseAssigner, *, by: User, at: datetime) -> Case:
    """The row, complete but for its number."""
    description = needed(new.description, "description")
    customer = _customer(new)
    unit = new.unit or unit_for(
        customer=customer,
        waybill_unit=new.waybill.responsible_unit if new.waybill else None,
        by=by,
        assigner=assigner,
    )
    if unit is None:
        raise RuleBroken(
            _("The company has no unit yet that could deal with it."), code="no_unit", field="unit"
        )
    is_direct = new.is_direct
    if is_direct is None:
        is_direct = new.case_class == CaseClass.COMPLAINT and new.channel != CaseChannel.OWN_CHECK
    case = Case(
        case_class=new.case_class,
        channel=new.channel,
        is_direct=is_direct,
        source_key=new.source_key[:200],
        customer=customer,
        waybill=new.waybill,
        order=new.order,
        language=new.language,
        description=description,
        unit=unit,
        awaits_answer=new.channel not in SPOKEN | {CaseChannel.OWN_CHECK},
        updated_at=at,
        created_by=by,
        **contact_values(
            name=new.contact_name,
            phone=new.contact_phone,
            email=new.contact_email,
            wechat=new.contact_wechat,
        ),
    )
    case.title = one_line(new.title or description, case, most=LONGEST_TITLE)
    if new.severity is not None:
        case.severity, case.severity_reason = new.severity, new.severity_reason.strip()[:200]
    elif new.channel == CaseChannel.AUTHORITY:
        case.severity, case.severity_reason = Severity.MAJOR, APPEALED
    else:
        case.severity, case.severity_reason = severity_for(case, at, assigner.rules.major)
    return case


def _make_searchable(case: Case, *words: str) -> None:
    parts = (case.title, *words, case.description)
    case.search_text = searchable(*parts, names=known_names(case))
    case.search_grams = grams(case.search_text)


def _customer(new: NewCase) -> Customer | None:
    """The one named, else the shipment's, else the order's; they must agree."""
    known: set[Customer] = {row.customer for row in (new.waybill, new.order) if row is not None}
    if new.customer is not None:
        if known - {new.customer}:
            raise BadInput(
                _("The shipment or order belongs to another customer."),
                code="other_customer",
                field="customer",
                rule="CMP-1",
            )
        return new.customer
    if len(known) > 1:
        raise BadInput(
            _("The shipment and the order belong to different customers."),
            code="other_customer",
            field="order",
            rule="CMP-1",
        )
    return next(iter(known), None)


def _first_entry(case: Case, new: NewCase, *, by: User, at: datetime) -> CaseEntry:
    """What the customer said, as the first line of the conversation."""
    kind = EntryKind.MESSAGE_IN
    more: dict[str, Any] = {}
    if new.channel == CaseChannel.OWN_CHECK:
        kind, more = EntryKind.NOTE, {"is_internal": True}
    elif new.channel in SPOKEN:
        kind, more = EntryKind.CALL_IN, {"is_reached": True}
    return CaseEntry.objects.create(
        case=case,
        kind=kind,
        channel=new.channel,
        text=case.description,
        external_id=new.external_id[:200],
        author_label=new.author_label[:80],
        at=at,
        by=by,
        **more,
    )


def _events(
    case: Case, desk: Sequence[int], how: AssignedHow, *, by: User, at: datetime
) -> Iterator[NewEvent]:
    data = {
        "number": case.number,
        "class": case.case_class,
        "severity": case.severity,
        "direct": case.is_direct,
        "channel": case.channel,
        "owner": case.owner_id,
        "unit": case.unit_id,
        "customer": case.customer_id,
        "waybill": case.waybill_id,
        "revision": case.version,
    }
    if case.severity_reason:
        data["reason"] = case.severity_reason
    if desk:
        data["desk"] = list(desk)
    yield new_event("case.opened", case, by=by, at=at, data=data)
    if case.owner_id is not None:
        given = {"owner": case.owner_id, "how": str(how), "revision": case.version}
        yield new_event("case.assigned", case, by=by, at=at, data=given)

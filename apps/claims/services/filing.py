"""A claim comes: drafted once by itself, filed by whoever asks; papers; and how it ends without money (CMP-6)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.accounts.enums import Role, UserKind
from apps.accounts.models import User
from apps.accounts.queries.duty import people_for
from apps.backoffice.services import take_number
from apps.claims.enums import ClaimKind, ClaimState, Cover, PaperKind
from apps.claims.inputs import NewClaim, NewItem
from apps.claims.models import Claim, ClaimItem, ClaimPaper
from apps.claims.queries.rules import is_large, rule_for
from apps.claims.rules.amounts import amount, check_items
from apps.claims.services import clocks
from apps.claims.services.moving import (
    RULE,
    about,
    in_words,
    lock_claim,
    move,
    needed,
    one_at_a_time,
    write,
)
from apps.complaints.rules.contacts import phone_index
from apps.complaints.services import hold_case, lift_hold
from apps.complaints.services.storing import cleaned, keep_file
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile
from apps.core.phones import normalise_phone
from apps.customers.models import Customer
from apps.events.services import record
from apps.quality.models import ExceptionReport
from apps.tracking.models import Waybill
from apps.training.enums import Area
from apps.training.queries import check_may_work

S = ClaimState
# Who is told of a large claim at once, besides whoever decides it (SOP 3.2.3).
TOLD = (Role.FREIGHT_CLERK, Role.DISPATCHER, Role.DEPARTMENT_MANAGER, Role.QC_MANAGER)


def check_qualified(by: User, at: datetime) -> None:
    """Customers, programs and the system are not examined."""
    if by.kind == UserKind.PERSON:
        check_may_work(by, Area.CLAIMS, at)


@transaction.atomic
def file_claim(*, new: NewClaim, by: User, at: datetime) -> Claim:
    """Take a claim down, with the rules explained and the shipment's values frozen. The same ``source_key`` is the
    same claim. A draft of the shipment and kind becomes this claim.

    BadInput names the field or the line; RuleBroken ``claim_living`` while one of this kind is under way."""
    check_qualified(by, at)
    waybill = _check_shipment(new)
    one_at_a_time("waybill", waybill.pk)
    if new.source_key:
        known = Claim.objects.filter(source_key=new.source_key).first()
        if known is not None:
            return known
    items = check_items(new.items)
    living = Claim.objects.live().filter(waybill=waybill, kind=new.kind).first()
    if living is not None and living.state != S.DRAFT:
        raise RuleBroken(
            _("%(number)s of this kind is under way for this shipment: go on there.")
            % {"number": living.number},
            code="claim_living",
            field="waybill",
            rule=RULE,
        )
    values = _frozen(new, waybill, at) | _claimant(new)
    values |= {"claimed": sum((one.claimed for one in items), Decimal(0)), "filed_at": at}
    declared = values["declared_value"]
    values["is_above_declared"] = declared is not None and values["claimed"] > declared
    values["is_large"] = is_large(new.kind, values["claimed"], localdate(at))
    values |= {"what": new.what[:300], "case": new.case, "source_key": new.source_key}
    claim = _draft_of(living, waybill, new.kind, values, by=by, at=at)
    _write_items(claim, items)
    move(claim, S.FILED, **values)
    clocks.start(claim, by=by, at=at)
    _hold(claim, by=by, at=at)
    data = about(claim, kind=claim.kind, claimed=str(claim.claimed), shown=claim.shown_how)
    record("claim.filed", claim, by=by, at=at, data=data | {"waybill": waybill.pk})
    if claim.is_large:
        tell_leaders(claim, by=by, at=at)
    return claim


@transaction.atomic
def draft_lost(*, exception: ExceptionReport, by: User, at: datetime) -> Claim | None:
    """“Lost” was decided: a claim is drafted, once, where the value of the shipment is on file. None: it is not, or
    there is one already."""
    waybill = exception.waybill
    value = waybill.insured_amount or waybill.declared_value if waybill is not None else None
    if waybill is None or not value:
        return None
    one_at_a_time("waybill", waybill.pk)
    key = f"exception:{exception.pk}"
    there = Claim.objects.filter(waybill=waybill, kind=ClaimKind.LOSS)
    if there.exists() or Claim.objects.filter(source_key=key).exists():
        return None
    claim = Claim.objects.create(
        number=take_number(Claim.PREFIX, localdate(at)),
        kind=ClaimKind.LOSS,
        waybill=waybill,
        exception=exception,
        case=exception.case,
        customer=waybill.customer,
        unit=waybill.customer.unit,
        owner=exception.owner,
        claimed=value,
        source_key=key,
        created_by=by,
    )
    _write_items(claim, [NewItem(waybill.goods_name or str(waybill.number), value, waybill.pieces)])
    data = about(claim, kind=claim.kind, claimed=str(value))
    record("claim.drafted", claim, by=by, at=at, data=data)
    return claim


def _check_shipment(new: NewClaim) -> Waybill:
    if new.waybill is None:
        raise BadInput(
            _("Say which shipment it is about: a claim needs a waybill."),
            code="waybill_missing",
            field="waybill",
        )
    if new.customer is not None and new.customer.pk != new.waybill.customer_id:
        raise BadInput(
            _("%(number)s is no shipment of this customer.") % {"number": new.waybill.number},
            code="other_customer",
            field="waybill",
        )
    if new.case is not None and new.case.waybill_id not in (None, new.waybill.pk):
        raise BadInput(
            _("The case is about another shipment."), code="other_shipment", field="case"
        )
    return new.waybill


def _claimant(new: NewClaim) -> dict[str, Any]:
    if new.customer is not None:
        return {"customer": new.customer}
    if not new.party_phone.strip() or not new.party_name.strip():
        raise BadInput(
            _("Say who claims: the customer, or a name and a phone number."),
            code="claimant_missing",
            field="party_name",
        )
    name = needed(new.party_name, "party_name", most=60)
    phone = _phone(new.party_phone)
    return {
        "party_name": name,
        "party_phone": phone,
        "party_phone_index": phone_index(phone),
        "customer": None,
    }


def _phone(text: str) -> str:
    try:
        return normalise_phone(text)
    except BadInput as refusal:
        refusal.field = "party_phone"
        raise


def _frozen(new: NewClaim, waybill: Waybill, at: datetime) -> dict[str, Any]:
    """The shipment's values now, and the text of the rules that was explained."""
    cover = Cover.UNINSURED if waybill.insured_amount is None else Cover.INSURED
    rule = rule_for(new.kind, cover, new.customer or waybill.customer, localdate(at))
    if rule is None:
        raise RuleBroken(
            _("No compensation rule is in force for this today: enter it first."),
            code="no_rule",
            field="kind",
            rule=RULE,
        )
    if new.shown.at > at:
        raise BadInput(
            _("The rules were explained at a time that is past."), code="future", field="shown_at"
        )
    fee = amount(new.fee, "fee", zero=True) if new.fee is not None else _fee_of(waybill)
    return {
        "insured_amount": waybill.insured_amount,
        "declared_value": waybill.declared_value,
        "fee": fee,
        "days_late": new.days_late if new.days_late is not None else _days_late(waybill, at),
        "rule": rule,
        "shown_at": new.shown.at,
        "shown_how": str(new.shown.how),
        "shown_to": needed(new.shown.to, "shown_to", most=60),
        "exception": new.exception,
    }


def _fee_of(waybill: Waybill) -> Decimal | None:
    """As its order says, which is what the customer was told."""
    link = getattr(waybill, "work_order_link", None)
    fee: Decimal | None = link.work_order.estimated_fee if link is not None else None
    return fee


def _days_late(waybill: Waybill, at: datetime) -> int | None:
    """Begun days after the day that was promised; None where nothing was promised."""
    if waybill.promised_at is None:
        return None
    arrived = waybill.delivered_at or at
    return max(0, (localdate(arrived) - localdate(waybill.promised_at)).days)


def _draft_of(
    living: Claim | None,
    waybill: Waybill,
    kind: str,
    values: dict[str, Any],
    *,
    by: User,
    at: datetime,
) -> Claim:
    """The draft that is there, or one made now."""
    if living is not None:
        values["exception"] = values["exception"] or living.exception
        values["source_key"] = values["source_key"] or living.source_key
        return lock_claim(living.pk)
    customer = values["customer"]
    unit = customer.unit if isinstance(customer, Customer) else waybill.customer.unit
    with in_words(
        claim_one_living=(
            _("A claim of this kind is under way for this shipment: go on there."),
            "claim_living",
        )
    ):
        return Claim.objects.create(
            number=take_number(Claim.PREFIX, localdate(at)),
            kind=kind,
            waybill=waybill,
            customer=customer,
            party_phone_index=values.get("party_phone_index", ""),
            unit=unit,
            owner=by if by.kind == UserKind.PERSON else None,
            claimed=values["claimed"],
            created_by=by,
        )


def _write_items(claim: Claim, items: Sequence[NewItem]) -> None:
    claim.items.all().delete()
    ClaimItem.objects.bulk_create(
        [
            ClaimItem(
                claim=claim,
                place=place,
                what=one.what,
                quantity=one.quantity,
                claimed=one.claimed,
                proved=one.proved,
            )
            for place, one in enumerate(items, start=1)
        ]
    )


def tell_leaders(claim: Claim, *, by: User, at: datetime) -> None:
    """Freight centre, dispatch, department manager and QC hear of a large claim at once."""
    people = [user.pk for user in people_for(TOLD, claim.unit.path, at)]
    data = about(claim, kind=claim.kind, claimed=str(claim.claimed), people=people)
    record("claim.large", claim, by=by, at=at, data=data)


def _hold(claim: Claim, *, by: User, at: datetime) -> None:
    if claim.case is not None:
        hold_case(case=claim.case, subject=claim, label=claim.number, by=by, at=at)


def release_case(claim: Claim, *, by: User, at: datetime) -> None:
    """Nothing is owed for this claim any more: its case may be closed."""
    lift_hold(subject=claim, by=by, at=at)


def hold_again(claim: Claim, *, by: User, at: datetime) -> None:
    _hold(claim, by=by, at=at)


def add_papers(
    *,
    claim_id: int,
    kind: PaperKind,
    files: Sequence[NewFile],
    note: str = "",
    by_customer: bool = False,
    by: User,
    at: datetime,
) -> Claim:
    """Papers come: what was assessed or approved is void, and kept. What the file really is says its content; the
    same one twice is one. RuleBroken ``claim_over`` once money was agreed or the claim is over."""
    with cleaned(files) as (clean, written), transaction.atomic():
        if not clean:
            raise BadInput(_("Choose a file."), code="required", field="files")
        check_papers(clean)
        claim = lock_claim(claim_id, None if by_customer else by)
        if claim.state not in (S.DRAFT, S.FILED, S.ASSESSED, S.APPROVED, S.REFUSED):
            raise RuleBroken(
                _("This claim is “%(state)s”: papers change nothing any more.")
                % {"state": claim.get_state_display()},
                code="claim_over",
                field="files",
            )
        known = set(claim.papers.filter(kind=kind).values_list("sha256", flat=True))
        fresh = [
            one for one in {one.sha256: one for one in clean}.values() if one.sha256 not in known
        ]
        for file in fresh:
            ClaimPaper.objects.create(
                claim=claim, key=uuid4(), kind=kind, path=keep_file(file, "claims", written),
                name=file.name, content_type=file.content_type, size=len(file.content),
                sha256=file.sha256, note=" ".join(note.split())[:200], by_customer=by_customer, at=at, by=by,
            )  # fmt: skip
        if not fresh:
            return claim
        record("claim.paper_added", claim, by=by, at=at, data=about(claim, paper=str(kind)))
        if claim.state in (S.ASSESSED, S.APPROVED):
            void(claim, reason=_("new papers"), by=by, at=at)
        if claim.papers_asked_at is not None:
            write(claim, papers_asked_at=None, papers_asked="")
            clocks.papers_came(claim, by=by, at=at)
        return claim


def check_papers(clean: Sequence[CleanFile]) -> None:
    """What a file really is says its content, not its name; what is no picture and no PDF proves nothing."""
    for file in clean:
        if not file.content_type.startswith("image/") and file.content_type != "application/pdf":
            raise BadInput(
                _("“%(name)s” is neither a picture nor a PDF.") % {"name": file.name[:60]},
                code="file_type",
                field="file",
            )


def void(claim: Claim, *, reason: str, by: User, at: datetime) -> None:
    """Back to filed; assessment and decision stay on record and count no more."""
    was = claim.state
    values: dict[str, Any] = {"approved": None, "decided_at": None, "decided_by": None}
    move(claim, S.FILED, **values, agreed_at=None, agreed_how="", paid_at=None)
    if was in (S.APPROVED, S.REFUSED, S.PAID):
        clocks.start(claim, by=by, at=at)
    record("claim.voided", claim, by=by, at=at, data=about(claim, reason=reason))


@transaction.atomic
def ask_papers(*, claim_id: int, what: str, by: User, at: datetime) -> Claim:
    """The claimant is asked for papers; the decision's clock waits for them."""
    what = needed(what, "what")
    check_qualified(by, at)
    claim = lock_claim(claim_id, by)
    if claim.state not in (S.FILED, S.ASSESSED):
        raise RuleBroken(
            _("Papers are asked for before the decision."), code="illegal_move", field="state"
        )
    write(claim, papers_asked_at=at, papers_asked=what)
    clocks.answered(claim, by=by, at=at)
    clocks.waits_for_papers(claim, by=by, at=at)
    record("claim.papers_asked", claim, by=by, at=at, data=about(claim, note=what))
    return claim


@transaction.atomic
def withdraw_claim(*, claim_id: int, reason: str, by: User, at: datetime) -> Claim:
    """The claimant does not want it any more; not once money has gone out."""
    reason = needed(reason, "reason")
    claim = lock_claim(claim_id, by)
    if claim.payments.exclude(state="failed").exists():
        raise RuleBroken(
            _("A payment is planned or made: call it off first."), code="payment_there", rule=RULE
        )
    move(claim, S.WITHDRAWN, withdrawn_at=at, agreed_at=None, papers_asked_at=None, papers_asked="")
    clocks.over(claim, by=by, at=at)
    release_case(claim, by=by, at=at)
    record("claim.withdrawn", claim, by=by, at=at, data=about(claim, reason=reason))
    return claim


@transaction.atomic
def reopen_claim(*, claim_id: int, reason: str, by: User, at: datetime) -> Claim:
    """An appeal against a refusal, or something new about a paid one. What was paid stays paid; only what is
    approved beyond it is paid later."""
    reason = needed(reason, "reason")
    check_qualified(by, at)
    claim = lock_claim(claim_id, by)
    if claim.state not in (S.REFUSED, S.PAID):
        raise RuleBroken(
            _("Only a refused or a paid claim is taken up again."),
            code="illegal_move",
            field="state",
        )
    _check_no_other(claim)
    void(claim, reason=reason, by=by, at=at)
    hold_again(claim, by=by, at=at)
    record("claim.reopened", claim, by=by, at=at, data=about(claim, reason=reason))
    return claim


def _check_no_other(claim: Claim) -> None:
    one_at_a_time("waybill", claim.waybill_id)
    others = Claim.objects.live().filter(waybill=claim.waybill_id, kind=claim.kind)
    other = others.exclude(pk=claim.pk).first()
    if other is not None:
        raise RuleBroken(
            _("%(number)s of this kind is under way for this shipment: go on there.")
            % {"number": other.number},
            code="claim_living",
            rule=RULE,
        )

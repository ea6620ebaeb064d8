"""Papers on a person's round: planned, taken along against a signature, signed for or brought back (BIL-4)."""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import InvoiceState, PaperState
from apps.billing.models import PaperDelivery
from apps.billing.queries.deliveries import waiting_papers
from apps.billing.services import clocks
from apps.billing.services.invoices import deliver_invoice, receive_invoice
from apps.billing.states import PAPER_MOVES
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.files.pictures import clean_photo
from apps.core.text import required_text
from apps.events.services import record

# One that came back stays handed out.
HANDED_OUT = (InvoiceState.ISSUED, InvoiceState.DELIVERED)


@transaction.atomic
def plan_round(
    *,
    papers: Sequence[str],
    round_on: date,
    carrier: User | None = None,
    driver: str = "",
    by: User,
    at: datetime,
) -> list[PaperDelivery]:
    """Put papers (``Waiting.key``) on a person's round of a day; a driver without a sign-in is a name. BadInput for a day
    that is over, for none or two carriers, RuleBroken ``not_waiting`` for a paper that is on a round
    already, handed over, or not there to be carried."""
    if round_on < timezone.localdate(at):
        raise BadInput(_("That day is over."), code="past", field="round_on")
    driver = " ".join(driver.split())[:60]
    if (carrier is None) == (driver == ""):
        raise BadInput(
            _("Either a colleague or a driver's name."), code="one_carrier", field="carrier"
        )
    if not papers:
        raise BadInput(_("Choose the papers."), code="no_papers", field="papers")
    waiting = {one.key: one for one in waiting_papers(by)}
    rows = []
    for key in dict.fromkeys(papers):
        found = waiting.get(key)
        if found is None:
            raise RuleBroken(
                _("A paper is on a round already, or not to be carried: look at the list again."),
                code="not_waiting",
                field="papers",
            )
        rows.append(
            PaperDelivery(
                **{f"{found.kind.value}_id": found.pk},
                bill_to_id=found.payer_id,
                round_on=round_on,
                carrier=carrier,
                driver=driver,
                created_by=by,
            )
        )
    with refused_as(
        RuleBroken(_("Somebody else put it on a round."), code="not_waiting"), "paper_one_round"
    ):
        made = PaperDelivery.objects.bulk_create(rows)
    for row in made:
        data = {"day": round_on, "carried_by": row.carried_by}
        record("paper.planned", row, by=by, at=at, data=data)
    return made


@transaction.atomic
def take_paper(
    *, delivery_id: int, signature: NewFile | None = None, by: User, at: datetime
) -> PaperDelivery:
    """It is handed out to whoever carries it: by their own hand in this system, or with a picture of
    their signature. BadInput ``not_signed`` without either, RuleBroken ``not_to_be_handed_out`` for an
    invoice that was taken back meanwhile."""
    row = _locked_row(delivery_id, by)
    PAPER_MOVES.check(PaperState(row.state), PaperState.TAKEN)
    if row.carrier_id != by.pk and signature is None:
        raise BadInput(
            _("%(who)s signs: take a picture of the signature, or let them press this themselves.")
            % {"who": row.carried_by},
            code="not_signed",
            field="signature",
        )
    if row.invoice is not None and row.invoice.state not in HANDED_OUT:
        raise RuleBroken(
            _("This invoice is not to be handed out: %(state)s.")
            % {"state": row.invoice.get_state_display()},
            code="not_to_be_handed_out",
        )
    row.taken_at, row.taken_by = at, by
    if signature is not None:
        row.taken_signature = _picture(signature)
    _move(row, PaperState.TAKEN)
    if row.invoice is not None and row.invoice.state == InvoiceState.ISSUED:
        deliver_invoice(invoice_id=row.invoice.pk, how=row.carried_by, by=by, at=at)
    clocks.taken_along(row, by=by, at=at)
    record("paper.taken", row, by=by, at=at, data={"carried_by": row.carried_by})
    return row


@transaction.atomic
def sign_for_paper(
    *,
    delivery_id: int,
    name: str,
    signature: NewFile | None = None,
    received_at: datetime | None = None,
    by: User,
    at: datetime,
) -> PaperDelivery:
    """The customer has it: who signed, when (not before it was taken along, not after now), and the
    signature where there is a picture of it."""
    row = _locked_row(delivery_id, by)
    PAPER_MOVES.check(PaperState(row.state), PaperState.DELIVERED)
    moment = received_at or at
    if moment > at or (row.taken_at and moment < row.taken_at):
        raise BadInput(
            _("Between the time it was taken along and now."), code="bad_time", field="received_at"
        )
    row.received_at, row.received_by = moment, required_text(name, field="name", most=60)
    if signature is not None:
        row.received_signature = _picture(signature)
    _end(row, PaperState.DELIVERED, by=by, at=at)
    if row.invoice is not None and row.invoice.state == InvoiceState.DELIVERED:
        receive_invoice(invoice_id=row.invoice.pk, name=row.received_by, by=by, at=at)
    clocks.signed_for(row, by=by, at=at)
    record("paper.delivered", row, by=by, at=at)
    return row


@transaction.atomic
def bring_back_paper(*, delivery_id: int, reason: str, by: User, at: datetime) -> PaperDelivery:
    """Nobody took it: it is in the office again and waits for another round. An invoice stays handed out,
    and its page says that it came back."""
    row = _locked_row(delivery_id, by)
    row.reason = required_text(reason)
    _end(row, PaperState.RETURNED, by=by, at=at)
    clocks.came_back(row, by=by, at=at)
    record("paper.returned", row, by=by, at=at, data={"reason": row.reason})
    return row


@transaction.atomic
def call_off_paper(*, delivery_id: int, reason: str, by: User, at: datetime) -> PaperDelivery:
    """It does not go on this round."""
    row = _locked_row(delivery_id, by)
    row.reason = required_text(reason)
    _end(row, PaperState.CALLED_OFF, by=by, at=at)
    record("paper.called_off", row, by=by, at=at, data={"reason": row.reason})
    return row


def _locked_row(delivery_id: int, by: User) -> PaperDelivery:
    rows = PaperDelivery.objects.visible_to(by).select_for_update(of=["self"])
    return rows.select_related("invoice", "statement", "letter", "carrier", "bill_to__unit").get(
        pk=delivery_id
    )


def _move(row: PaperDelivery, to: PaperState) -> None:
    PAPER_MOVES.check(PaperState(row.state), to)
    row.state = to
    row.save()


def _end(row: PaperDelivery, to: PaperState, *, by: User, at: datetime) -> None:
    row.ended_at, row.ended_by = at, by
    _move(row, to)


def _picture(file: NewFile) -> "ContentFile[bytes]":
    """Drawn anew, without what a phone writes into it."""
    try:
        photo = clean_photo(BytesIO(file.content))
    except BadInput as error:
        raise BadInput(str(error), code=error.code, field="signature") from error
    return ContentFile(photo.content, name="signature.jpg")

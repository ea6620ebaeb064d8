"""Customers acknowledge the notice of an account change and say what they think of it; what wants an answer
is a case of the account-change agent's (COD-3, COD-5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.account_changes.enums import FeedbackClass, FeedbackSource, RecipientState
from apps.account_changes.models import CampaignRecipient, Feedback
from apps.account_changes.services.campaigns.reaching import move_recipients
from apps.accounts.enums import Language
from apps.accounts.models import User
from apps.backoffice.services.counting import limit, take
from apps.complaints import services as complaints
from apps.complaints.enums import CaseChannel, CaseClass
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case
from apps.core.database import in_callers_transaction, write_columns
from apps.core.errors import BadInput, RuleBroken
from apps.customers.enums import ContactRole
from apps.customers.models import Contact
from apps.events.services import new_event, record, record_many

LONGEST_TEXT, LONGEST_NAME = 1000, 60
# Enough for a long conversation; each may open a case.
MOST, WINDOW = 10, timedelta(days=1)
# Whom the answer goes to: the contact on file, never an address that comes with the question.
WHOM = (ContactRole.FINANCE, ContactRole.MANAGER, ContactRole.SERVICE)


@transaction.atomic
def give_feedback(
    *,
    recipient_id: int,
    kind: FeedbackClass,
    name: str,
    text: str = "",
    source: FeedbackSource,
    by: User,
    at: datetime,
) -> Feedback:
    """Somebody called ``name`` at the customer has the notice, and agrees or has something to say; the
    notice is acknowledged by it. Everything but agreement needs words, and opens a case that the
    account-change agent answers to the contact on file.

    RuleBroken ``expired`` once the notice is too old, ``too_much`` (with ``wait``) after ten within a day.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(_("Say who you are."), code="name_missing", field="name")
    text = text.strip()
    if kind != FeedbackClass.AGREES and not text:
        raise BadInput(_("Say what it is about."), code="text_missing", field="text")
    if len(text) > LONGEST_TEXT:
        raise BadInput(
            _("At most %(n)d letters.") % {"n": LONGEST_TEXT}, code="too_long", field="text"
        )
    row = _locked(recipient_id, source, by)
    if at >= row.campaign.valid_until:
        raise RuleBroken(_("This notice is too old to be answered."), code="expired")
    wait = take([limit("account_changes.feedback", str(row.pk), WINDOW, MOST)], at=at)
    if wait is not None:
        raise RuleBroken(
            _("We have a lot from you already. Call the number in your contract."),
            code="too_much",
            wait=wait,
        )

    def acknowledged(one: CampaignRecipient) -> None:
        one.acknowledged_at, one.acknowledged_by = at, name

    move_recipients({row.pk: [RecipientState.ACKNOWLEDGED]}, by=by, at=at, change=acknowledged)
    feedback = Feedback(
        recipient=row, kind=kind, source=source, text=text, given_at=at, given_by=by
    )
    if kind != FeedbackClass.AGREES:
        feedback.case = _case(row, feedback, name, by=by, at=at)
    feedback.save()
    data = {
        "class": str(kind),
        "source": str(source),
        "feedback": feedback.pk,
        "customer": row.customer_id,
        "campaign": row.campaign.project.number,
    }
    record("feedback.given", feedback, by=by, at=at, data=data)
    return feedback


def _locked(recipient_id: int, source: FeedbackSource, by: User) -> CampaignRecipient:
    rows = CampaignRecipient.objects.all()
    if source != FeedbackSource.LINK:
        rows = rows.visible_to(by)
    found: CampaignRecipient = (
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("campaign__project", "campaign__agent", "customer")
        .get(pk=recipient_id)
    )
    return found


def _case(row: CampaignRecipient, feedback: Feedback, name: str, *, by: User, at: datetime) -> Case:
    """The agent's, with the contact on file; the answer goes there."""
    contact = _contact(row)
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Account change: %(kind)s") % {"kind": FeedbackClass(feedback.kind).label}
    case = complaints.open_case(
        new=NewCase(
            case_class=CaseClass.INQUIRY,
            channel=CaseChannel.WEB
            if feedback.source == FeedbackSource.LINK
            else CaseChannel.PHONE,
            title=title,
            description=feedback.text,
            customer=row.customer,
            contact_name=contact.name if contact else name,
            contact_phone=contact.phone if contact else "",
            contact_email=contact.email if contact else "",
            language=Language(contact.language if contact else row.customer.language),
            author_label=name,
        ),
        by=by,
        at=at,
    ).case
    if case.owner_id != row.campaign.agent_id:
        case = complaints.assign_case(
            case_id=case.pk,
            owner=row.campaign.agent,
            reason=_("Questions about this account change are theirs."),
            by=by,
            at=at,
        )
    return case


def _contact(row: CampaignRecipient) -> Contact | None:
    known = list(Contact.objects.filter(customer=row.customer_id, active=True).order_by("pk"))
    places = {role: n for n, role in enumerate(WHOM)}
    return min(known, key=lambda one: places.get(ContactRole(one.role), len(WHOM)), default=None)


@in_callers_transaction()
def note_answers(first: Mapping[int, tuple[datetime, int]]) -> int:
    """The first answer to each of these cases (case's number → when, and whose): the feedback behind it is
    answered. Once, in three statements; how many that were."""
    rows = list(
        Feedback.objects.select_for_update(no_key=True)
        .filter(case__in=first, answered_at__isnull=True)
        .order_by("pk")
    )
    for row in rows:
        answered_at, row.answered_by_id = first[row.case_id or 0]
        # An event that comes late is of the past, and never of a time before the question.
        row.answered_at = max(answered_at, row.given_at)
    write_columns(rows, ["answered_at", "answered_by"])
    authors = User.objects.in_bulk({row.answered_by_id for row in rows})
    record_many(
        new_event(
            "feedback.answered",
            row,
            by=authors[row.answered_by_id or 0],
            at=row.answered_at,
            data={"feedback": row.pk},
        )
        for row in rows
    )
    return len(rows)

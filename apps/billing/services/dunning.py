"""Letters for what is overdue, promises that hold them back, and the plans they follow (BIL-6)."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.services import take_number
from apps.billing.enums import StatementState
from apps.billing.inputs import NewLevel
from apps.billing.models import (
    DunningItem,
    DunningLevel,
    DunningNotice,
    DunningPaper,
    DunningPlan,
    PaymentPromise,
    Statement,
)
from apps.billing.queries.dunning import Overdue, overdue_payers
from apps.billing.queries.letters import letter_pdf, notice_of
from apps.billing.services import clocks
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.customers.models import Customer
from apps.events.services import record

PREFIX = "DN"
# A later day is no promise but another settlement cycle, which the contract would have to say.
PROMISED_AT_MOST = timedelta(days=60)


@transaction.atomic
def send_dunning(*, payer_id: int, seen: str = "", by: User, at: datetime) -> DunningNotice:
    """Send the letter that is due to a payer today, by the payer's channel. ``seen`` is ``Letter.seen``
    of what a person has looked at.

    RuleBroken: ``nothing_due`` while every overdue statement was asked for, is promised, disputed or
    paid in advance; ``changed`` when the letter is another one than was seen; ``sent_today`` when one of
    the same level went today.
    """
    payer, found = _locked(payer_id, by, at)
    letter = found.letter if found else None
    if letter is None:
        raise RuleBroken(
            _("No letter to %(payer)s is due now.") % {"payer": payer.display_name},
            code="nothing_due",
            rule="BIL-6",
        )
    if seen and seen != letter.seen:
        raise RuleBroken(
            _("What %(payer)s owes has changed meanwhile: look at the letter again.")
            % {"payer": payer.display_name},
            code="changed",
        )
    notice = notice_of(payer, letter, at)
    same = {"bill_to": payer, "level": notice.level, "as_of": notice.as_of}
    if DunningNotice.objects.filter(**same).exists():
        raise RuleBroken(
            _(
                "A letter of this level went to %(payer)s today; what came due meanwhile goes tomorrow."
            )
            % {"payer": payer.display_name},
            code="sent_today",
        )
    notice.number, notice.by = take_number(PREFIX, notice.as_of), by
    notice.save(force_insert=True)
    levels: dict[int, int] = {item.statement_id: level for item, level in letter.raised}
    asked = sorted(
        [*(item for item, _level in letter.raised), *letter.named],
        key=lambda item: (item.due_on, item.statement_id),
    )
    DunningItem.objects.bulk_create(
        DunningItem(
            notice=notice,
            statement_id=item.statement_id,
            level=levels.get(item.statement_id),
            due_on=item.due_on,
            owed=item.owed,
            disputed=item.disputed,
            covered=item.covered,
            asked=item.asked,
        )
        for item in asked
    )
    data = {
        "number": notice.number,
        "level": notice.level,
        "amount": str(notice.total),
        "due_on": notice.pay_by,
        "customer": payer.pk,
    }
    record("dunning.sent", notice, by=by, at=at, data=data)
    return notice


@transaction.atomic
def note_promise(
    *, payer_id: int, pay_on: date, given_by: str, note: str = "", by: User, at: datetime
) -> list[PaymentPromise]:
    """The payer says when everything overdue will be paid: no letter asks for it until that day is
    over. A new promise takes the place of the one before. RuleBroken ``nothing_overdue``."""
    today = timezone.localdate(at)
    if pay_on < today:
        raise BadInput(_("That day is over."), code="past", field="pay_on")
    if pay_on > today + PROMISED_AT_MOST:
        raise BadInput(
            _("At most %(days)d days ahead: longer is a matter of the contract.")
            % {"days": PROMISED_AT_MOST.days},
            code="too_far",
            field="pay_on",
        )
    payer, found = _locked(payer_id, by, at)
    items = [item for item in (found.items if found else ()) if item.asked > 0]
    if not items:
        raise RuleBroken(
            _("Nothing of %(payer)s is overdue.") % {"payer": payer.display_name},
            code="nothing_overdue",
            rule="BIL-6",
        )
    values = {
        "pay_on": pay_on,
        "given_on": today,
        "given_by": required_text(given_by, field="given_by", most=60),
        "note": " ".join(note.split())[:200],
        "at": at,
        "by": by,
    }
    made = PaymentPromise.objects.bulk_create(
        PaymentPromise(statement_id=item.statement_id, **values) for item in items
    )
    rows = PaymentPromise.objects.filter(pk__in=[one.pk for one in made])
    clocks.promised(
        list(rows.select_related("statement__bill_to__agent", "statement__bill_to__unit")),
        by=by,
        at=at,
    )
    data = {
        "pay_on": pay_on,
        "amount": str(sum(item.asked for item in items)),
        "statement": ", ".join(item.number for item in items)[:200],
    }
    record("payment.promised", payer, by=by, at=at, data=data)
    return list(rows)


def _locked(payer_id: int, by: User, at: datetime) -> tuple[Customer, Overdue | None]:
    """The payer, and what is overdue with its statements locked: payments and other letters wait."""
    payer = Customer.objects.visible_to(by).get(pk=payer_id)
    today = timezone.localdate(at)
    sent = [StatementState.SENT, StatementState.CONFIRMED]
    late = Statement.objects.filter(bill_to=payer, state__in=sent, due_on__lt=today)
    list(late.select_for_update(of=["self"]).order_by("pk").values_list("pk", flat=True))
    return payer, overdue_payers(today, payers=[payer.pk]).get(payer.pk)


def store_letter_hash(*, notice_id: int) -> str:
    """SHA-256 of a letter's paper, stored once and without an event: nobody acted."""
    notice = DunningNotice.objects.select_related("bill_to").get(pk=notice_id)
    paper = DunningPaper.objects.filter(notice=notice).first()
    if paper is None:
        digest = hashlib.sha256(letter_pdf(notice)).hexdigest()
        paper, _new = DunningPaper.objects.get_or_create(notice=notice, defaults={"sha256": digest})
    return paper.sha256


@transaction.atomic
def change_plan(
    *,
    plan_id: int | None = None,
    name: str,
    is_usual: bool,
    levels: Sequence[NewLevel],
    by: User,
    at: datetime,
) -> DunningPlan:
    """A new plan, or another content of one; letters that were sent keep their words. BadInput when a
    later level would come before an earlier one, or nobody's usual plan would be left."""
    for nth, (before, after) in enumerate(pairwise(levels), start=2):
        if after.after_days <= before.after_days:
            raise BadInput(
                _("Level %(level)d comes later than the one before it.") % {"level": nth},
                code="levels_not_rising",
                field=f"after_days_{nth}",
            )
    usual = DunningPlan.objects.select_for_update().filter(is_usual=True).first()
    if plan_id is None:
        plan = DunningPlan()
    else:
        plan = DunningPlan.objects.select_for_update().get(pk=plan_id)
        if plan.is_usual and not is_usual:
            raise BadInput(
                _("Make another plan the usual one instead."), code="no_usual", field="is_usual"
            )
    if is_usual and usual is not None and usual.pk != plan.pk:
        usual.is_usual = False
        usual.save(update_fields=["is_usual"])
    plan.name, plan.is_usual = " ".join(name.split()), is_usual
    _clean(plan)
    plan.save()
    plan.levels.all().delete()
    rows = [
        DunningLevel(
            plan=plan,
            level=nth,
            after_days=one.after_days,
            pay_within_days=one.pay_within_days,
            title=" ".join(one.title.split()),
            words=one.words.strip(),
        )
        for nth, one in enumerate(levels, start=1)
    ]
    for row in rows:
        _clean(row, suffix=f"_{row.level}")
    DunningLevel.objects.bulk_create(rows)
    shown_levels = ", ".join(
        f"{row.level}: {row.after_days} + {row.pay_within_days}" for row in rows
    )
    data = {"name": plan.name, "levels": shown_levels}
    record("dunning_plan.changed", plan, by=by, at=at, data=data)
    return plan


def _clean(row: DunningPlan | DunningLevel, *, suffix: str = "") -> None:
    try:
        row.full_clean(validate_constraints=False)
        row.validate_unique()
    except ValidationError as error:
        field, words = next(iter(error.message_dict.items()))
        raise BadInput(words[0], code="bad_value", field=f"{field}{suffix}") from error

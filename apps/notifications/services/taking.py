"""*I will handle it*: pressed in a message, it is an act of whoever pressed it, with their permissions and once."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import local
from apps.events.models import Event
from apps.events.services import record
from apps.notifications.enums import Audience, PressOutcome
from apps.notifications.models import ButtonPress, ColleagueAccount, Delivery
from apps.notifications.queries.taking import taking
from apps.notifications.services.accounts import account_index
from apps.notifications.take_links import delivery_to_take, is_over

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))"


@dataclass(frozen=True)
class Press:
    """A button that a platform says somebody pressed: ``event_id`` is the platform's number for it, the same
    when it is sent again; ``account`` who pressed it."""

    platform: str
    event_id: str
    account: str
    key: str


@dataclass(frozen=True)
class Answer:
    """What whoever pressed it reads, in their language."""

    text: str
    is_done: bool


def message_to_take(key: str, *, by: User, at: datetime) -> Delivery:
    """Raises BadInput for a key that is not ours, RuleBroken for one that is too old or came to a colleague
    alone."""
    number = delivery_to_take(key)
    delivery = Delivery.objects.filter(pk=number).first() if number is not None else None
    if delivery is None:
        raise BadInput(_("This button is not one of ours."), code="unknown_key")
    if is_over(delivery.created_at, at):
        raise RuleBroken(
            _("This message is more than a day old; open the page and see how it stands."),
            code="expired",
        )
    if delivery.audience != Audience.GROUP and delivery.recipient != f"user:{by.pk}":
        raise RuleBroken(_("This message was sent to a colleague."), code="not_yours")
    return delivery


@transaction.atomic
def take_from_message(*, key: str, by: User, at: datetime, via: str) -> Delivery:
    """What the message is about is ``by``'s from now on, as if they had pressed it on its page. Raises
    RuleBroken in words; ``via`` is the platform it was pressed at, or "link"."""
    delivery = message_to_take(key, by=by, at=at)
    found = taking(delivery)
    if found is None:
        raise RuleBroken(_("There is nothing to take in this message."), code="nothing_to_take")
    take, number = found
    if not by.is_active or not by.has_perm(take.permission):
        raise RuleBroken(_("Your roles do not let you take this."), code="not_permitted")
    _check_free(delivery.event_id)
    try:
        take.run(number, by, at)
    except ObjectDoesNotExist:
        raise RuleBroken(
            _("You may not see what this message is about."), code="not_visible"
        ) from None
    record("delivery.taken", delivery, by=by, at=at, data={"via": via})
    return delivery


def _check_free(event_id: int | None) -> None:
    """The first who presses has it: whoever comes later, in the group or in a message of their own about the
    same, is told who was quicker."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [f"take:{event_id}"])
    same = Delivery.objects.filter(event=event_id).values_list("pk", flat=True)
    first = (
        Event.objects.filter(
            kind="delivery.taken",
            subject_type=Delivery._meta.label_lower,
            subject_id__in=[str(pk) for pk in same],
        )
        .select_related("by")
        .first()
    )
    if first is not None:
        raise RuleBroken(
            _("%(name)s took it at %(time)s.")
            % {"name": first.by.display_name, "time": local(first.at)},
            code="taken_already",
        )


@transaction.atomic
def take_press(press: Press, *, at: datetime) -> Answer:
    """Do what was pressed, once; whatever it comes to is kept and answered in words. Sent again it is
    answered with the same and changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [f"{press.platform}:{press.event_id}"])
    known = ButtonPress.objects.filter(platform=press.platform, event_id=press.event_id).first()
    if known is not None:
        return Answer(known.answer, known.outcome == PressOutcome.DONE)
    person = _person(press)
    with translation.override(person.language if person else "zh-hans"):
        return _answer(press, person, at)


def _person(press: Press) -> User | None:
    row = (
        ColleagueAccount.objects.filter(
            platform=press.platform,
            account_index=account_index(press.platform, press.account),
            ended_at__isnull=True,
        )
        .select_related("user")
        .first()
    )
    return row.user if row is not None and row.user.is_active else None


def _answer(press: Press, person: User | None, at: datetime) -> Answer:
    delivery_id = delivery_to_take(press.key)
    try:
        if person is None:
            raise RuleBroken(
                _("We do not know whose account this is; ask a leader to enter it."),
                code="unknown_person",
            )
        with transaction.atomic():
            taken = take_from_message(key=press.key, by=person, at=at, via=press.platform)
    except RuleBroken as refusal:
        answer, code, outcome = str(refusal), refusal.code, PressOutcome.REFUSED
        known = Delivery.objects.filter(pk=delivery_id).exists() if delivery_id else False
        delivery_id = delivery_id if known else None
    else:
        answer, code, outcome = _("Taken: it is yours now."), "taken", PressOutcome.DONE
        delivery_id = taken.pk
    ButtonPress.objects.create(
        platform=press.platform,
        event_id=press.event_id,
        delivery_id=delivery_id,
        by=person,
        outcome=outcome,
        code=code[:60],
        answer=answer,
    )
    return Answer(answer, outcome == PressOutcome.DONE)

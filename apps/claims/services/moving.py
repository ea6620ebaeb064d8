"""A claim, locked; and the one way its row is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.claims.states import CLAIM_MOVES
from apps.core.errors import BadInput, RuleBroken

RULE = "CMP-6"


def lock_claim(claim_id: int, by: User | None = None) -> Claim:
    """The claim, locked until the transaction ends; Claim.DoesNotExist for whoever may not see it. ``by`` None:
    the caller has its own proof of who asks (the customer's page, a key, an event)."""
    rows = Claim.objects.all() if by is None else Claim.objects.visible_to(by)
    return (
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("waybill", "customer", "unit", "rule", "case")
        .get(pk=claim_id)
    )


def move(claim: Claim, to: ClaimState, **values: Any) -> None:
    """By the table, with what belongs to the new state."""
    CLAIM_MOVES.check(ClaimState(claim.state), to)
    write(claim, state=to, **values)


def write(claim: Claim, **values: Any) -> None:
    """Save ``values`` on a locked row; whoever has it open must look again."""
    values["version"] = claim.version + 1
    for name, value in values.items():
        setattr(claim, name, value)
    claim.save(update_fields=list(values))


def needed(text: str, field: str, *, most: int = 300) -> str:
    """The text as one line; BadInput when there is none or too much."""
    tidy = " ".join(text.replace("\x00", " ").split())
    if not tidy:
        raise BadInput(_("Write something here."), code="required", field=field)
    if len(tidy) > most:
        raise BadInput(
            _("This is too long: at most %(n)d characters.") % {"n": most},
            code="too_long",
            field=field,
        )
    return tidy


def is_same_person(one: User, other: User) -> bool:
    """Two sign-in names of one person are one person; without a staff number on file each name is its own."""
    return one.pk == other.pk or bool(one.person_key and one.person_key == other.person_key)


def one_at_a_time(what: str, key: Any) -> None:
    """Whoever does the same waits until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('claims.' || %s || ':' || %s, 0))",
            [what, str(key)],
        )


@contextmanager
def in_words(**refusals: tuple[Any, str]) -> Iterator[None]:
    """What the database refuses by a constraint of this name is the refusal of these words and code."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name not in refusals:
            raise
        words, code = refusals[name]
        raise RuleBroken(words, code=code, rule=RULE) from error


def about(claim: Claim, **data: Any) -> dict[str, Any]:
    """What its events say besides."""
    return {"number": claim.number, "customer": claim.customer_id, **data}

"""The public question whether a notice is ours: a code and the last digits of the account (COD-6)."""

import unicodedata
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.account_changes.enums import NoticeAnswer, ProjectState
from apps.account_changes.models import CampaignRecipient, NoticeCheck
from apps.account_changes.queries.links import code_index
from apps.account_changes.rules.notice_codes import read_code
from apps.accounts.queries import public_user
from apps.backoffice.rules.counting import Limit
from apps.backoffice.services.counting import give_back_turn, limit, take_turn
from apps.banking.enums import AccountPurpose
from apps.banking.queries.accounts import tail_is, which_account
from apps.core.crypto import blind_index
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import minutes_of
from apps.events.services import record

DIGITS: Final = 4
# Wrong answers: of a code, whoever guesses its digits; of an address, whatever it asks about.
LIMITS: Final = (
    ("account_changes.check.code", timedelta(days=1), 10),
    ("account_changes.check.address", timedelta(hours=1), 20),
)
WITHDRAWN = (ProjectState.ROLLED_BACK, ProjectState.CALLED_OFF)


def check_notice(code: str, digits: str, *, address: str, at: datetime) -> NoticeAnswer:
    """Whether the notice with this code, about an account that ends in these digits, is ours: genuine, not
    ours, or once ours and expired. A code that cannot be one is asked about like any other, so that every
    answer costs the same statements; it tells nothing else, of nobody.

    Each question is counted before it is looked at, and given back when it was right. RuleBroken
    ``too_many`` (with ``wait``); BadInput for a missing code and for digits that are not four.
    """
    typed = unicodedata.normalize("NFKC", digits[:40])
    tail = "".join(letter for letter in typed if letter.isdecimal())
    if not code.strip():
        raise BadInput(_("Type the code in the notice."), code="code_missing", field="code")
    if len(tail) != DIGITS or not tail.isascii():
        raise BadInput(
            _("Type the last four digits of the account in the notice."),
            code="bad_digits",
            field="digits",
        )
    asked = unicodedata.normalize("NFKC", code[:80])
    index = code_index(read_code(asked) or f"?{asked.strip()}")
    turn = _limits(index, address)
    wait = take_turn(turn, at=at)
    if wait is not None:
        raise RuleBroken(
            _("Too many tries. Wait %(n)d minutes, or call the number in your contract.")
            % {"n": minutes_of(wait)},
            code="too_many",
            rule="COD-6",
            wait=wait,
        )
    answer = _look(index, tail, address, at)
    if answer != NoticeAnswer.NOT_OURS:
        give_back_turn(turn, at=at)
    return answer


def _limits(index: str, address: str) -> list[Limit]:
    names = (index, address)
    return [
        limit(kind, name, window, most)
        for (kind, window, most), name in zip(LIMITS, names, strict=True)
    ]


@transaction.atomic
def _look(index: str, tail: str, address: str, at: datetime) -> NoticeAnswer:
    """Four statements, whatever the answer; what was asked stays on record."""
    found = (
        CampaignRecipient.objects.select_related("campaign__project", "customer", "account")
        .defer("account__number")
        .filter(code_index=index)
        .first()
    )
    purpose = AccountPurpose(found.campaign.project.purpose) if found else AccountPurpose.FREIGHT
    current = which_account(found.customer if found else None, at, purpose=purpose)
    is_right = tail_is(found.account if found else None, tail)
    answer = NoticeAnswer.NOT_OURS
    if found is not None and is_right:
        project = found.campaign.project
        # Until the project starts, the account of before is still the answer.
        counts = project.state == ProjectState.SCHEDULED or current == found.account
        holds = counts and project.state not in WITHDRAWN and at < found.campaign.valid_until
        answer = NoticeAnswer.GENUINE if holds else NoticeAnswer.EXPIRED
    check = NoticeCheck.objects.create(
        at=at,
        answer=answer,
        recipient=found,
        code_index=index,
        address_index=blind_index(address, "account_changes.check.address"),
    )
    data = {
        "code": index[:12],
        "address": check.address_index[:12],
        "customer": found.customer_id if found else None,
        "campaign": found.campaign.project.number if found else "",
    }
    record(f"account_notice.{answer}", check, by=public_user(), at=at, data=data)
    return answer

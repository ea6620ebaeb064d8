"""All writes of the claims floor.

Each takes ``by`` (the user who acts) and ``at`` (when, aware), is atomic, locks the claim, records events, and raises
RuleBroken or BadInput naming the field. Claims that ``by`` may not see raise ``DoesNotExist``; with ``own`` the
claimant speaks, and the door has proved who that is.
"""

from apps.claims.services.accounts import name_account
from apps.claims.services.agreeing import agree, dispute
from apps.claims.services.assessing import assess_claim, compute
from apps.claims.services.closing import (
    close_claim,
    close_with_cases,
    is_overpaid,
    left_of,
    settle_overpaid,
)
from apps.claims.services.deciding import approve_claim, refuse_claim, return_claim
from apps.claims.services.filing import draft_lost, file_claim
from apps.claims.services.on_the_spot import pay_on_the_spot
from apps.claims.services.papers import add_papers, ask_papers
from apps.claims.services.paying import (
    call_off_payment,
    follow_payouts,
    plan_payment,
    release_payment,
)
from apps.claims.services.recovering import (
    agree_recovery,
    ask_recovery,
    drop_recovery,
    receive_recovery,
)
from apps.claims.services.reopening import reopen_claim, withdraw_claim
from apps.claims.services.rules import open_reviews, publish_rule, set_limit

__all__ = [
    "add_papers",
    "agree",
    "agree_recovery",
    "approve_claim",
    "ask_papers",
    "ask_recovery",
    "assess_claim",
    "call_off_payment",
    "close_claim",
    "close_with_cases",
    "compute",
    "dispute",
    "draft_lost",
    "drop_recovery",
    "file_claim",
    "follow_payouts",
    "is_overpaid",
    "left_of",
    "name_account",
    "open_reviews",
    "pay_on_the_spot",
    "plan_payment",
    "publish_rule",
    "receive_recovery",
    "refuse_claim",
    "release_payment",
    "reopen_claim",
    "return_claim",
    "set_limit",
    "settle_overpaid",
    "withdraw_claim",
]

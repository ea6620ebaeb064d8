"""A change of the account that customers pay into: two persons of two departments, neither of whom
entered anything of it, with the second factor just before (COD-2)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.account_changes.enums import ChangeScope, ChangeSeat, PaperKind, StepKind, TeamSide
from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.comparing import compared, tested
from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.approval_kinds import Policy
from apps.backoffice.rules.approvals import JUST_NOW, Round
from apps.banking.enums import AccountPurpose
from apps.banking.models import BankAccount
from apps.banking.queries import fingerprint_of

ACCOUNT_CHANGE = "account_changes.account_change"
_TWO = Round.of(
    {
        ChangeSeat.DEPARTMENT: {Role.DEPARTMENT_MANAGER, Role.DIRECTOR},
        ChangeSeat.MANAGEMENT: {Role.GENERAL_MANAGER, Role.DEPUTY_GENERAL_MANAGER},
    }
)
# Whoever did one of these entered what is approved. To read the briefing or to set the start is no entry.
ENTRIES = (
    StepKind.BEGUN,
    StepKind.EDITED,
    StepKind.MEMBER_ADDED,
    StepKind.MEMBER_REMOVED,
    StepKind.CUSTOMER_LISTED,
    StepKind.CUSTOMER_UNLISTED,
    StepKind.CANDIDATE_RATED,
    StepKind.ACCOUNT_CHOSEN,
    StepKind.PAPER_FILED,
    StepKind.DEPOSIT_TESTED,
    StepKind.DEPOSIT_STRUCK,
    StepKind.JUSTIFIED,
    StepKind.BRIEFED,
)


def _makers(project: ChangeProject) -> Iterable[User]:
    """With whoever entered the new account itself."""
    rows = User.objects.filter(
        pk__in=project.steps.filter(kind__in=ENTRIES).values("by").distinct()
    )
    found = [*rows, project.created_by]
    if project.new_account is not None:
        found.append(project.new_account.created_by)
    # Programs have no staff number, and approve nothing.
    return [user for user in found if user.person_key.startswith("staff:")]


def _account(account: BankAccount | None) -> dict[str, str] | None:
    """With the fingerprint of the number, which is not shown: another number is another content."""
    if account is None:
        return None
    return {
        "called": account.name,
        "bank": f"{account.bank} {account.branch}".strip(),
        "cnaps": account.cnaps,
        "holder": account.holder,
        "masked": account.masked,
        "number": fingerprint_of(account),
        "purpose": account.purpose,
        "state": account.state,
    }


def _content(project: ChangeProject) -> dict[str, Any]:
    customers = project.customers.select_related("customer", "account").order_by("customer__code")
    members = project.members.select_related("user").order_by("side", "pk")
    return {
        "number": project.number,
        "reason": project.reason,
        "purpose": str(project.purpose),
        "scope": str(project.scope),
        "old": _account(project.old_account),
        "new": _account(project.new_account),
        "customers": [[one.customer.code, _account(one.account)] for one in customers],
        "team": [[str(one.side), one.user.person_key, one.user.display_name] for one in members],
        "candidates": [[one.bank, one.score, *one.marks] for one in compared(project)],
        "deposits": [
            [one.account.masked, str(one.amount), *(t.isoformat() for t in (one.sent, one.confirmed, one.arrived))]
            for one in tested(project)
        ],
        "justification": project.justification,
        "papers": [[str(one.kind), one.name, one.sha256] for one in project.papers.order_by("pk")],
        "briefing": project.briefing,
        "course": project.course.code if project.course else "",
    }  # fmt: skip


def _account_words(account: Mapping[str, str] | None) -> str:
    if account is None:
        return "—"
    parts = (
        account["called"],
        account["holder"],
        account["bank"],
        account["masked"],
        account["cnaps"],
    )
    return " · ".join(part for part in parts if part)  # fmt: skip


def _words(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    listed = [
        f"{code} {_account_words(account) if account else ''}".strip()
        for code, account in content["customers"]
    ]
    return [
        (_("Number"), content["number"]),
        (_("Reason"), content["reason"]),
        (_("Paid for"), str(AccountPurpose(content["purpose"]).label)),
        (_("Old account"), _account_words(content["old"])),
        (_("New account"), _account_words(content["new"])),
        (_("Whose account changes"), str(ChangeScope(content["scope"]).label)),
        (_("Customers by name"), "\n".join(listed)),
        (_("Team"), "\n".join(f"{TeamSide(side).label}: {name}" for side, _who, name in content["team"])),
        (_("Banks compared"), "\n".join(f"{bank} {points / 100:.2f}" for bank, points, *_marks in content["candidates"])),
        (_("Test deposits"), str(len(content["deposits"]))),
        (_("Why this account all the same"), content["justification"]),
        (_("Papers"), "\n".join(f"{PaperKind(kind).label}: {name}" for kind, name, _sha in content["papers"])),
        (_("Briefing"), content["briefing"]),
        (_("Course"), content.get("course") or "—"),
    ]  # fmt: skip


def _visible(user: User) -> "QuerySet[ChangeProject]":
    found = ChangeProject.objects.all()
    return found if user.has_perm("account_changes.view_changeproject") else found.none()


APPROVALS = (
    Policy(
        kind=ACCOUNT_CHANGE,
        label=gettext_lazy("Account change"),
        model="account_changes.ChangeProject",
        rounds=lambda _row: [_TWO],
        content=_content,
        visible_to=_visible,
        seats=ChangeSeat,
        makers=_makers,
        second_factor_within=JUST_NOW,
        words=_words,
        rule="COD-2",
    ),
)

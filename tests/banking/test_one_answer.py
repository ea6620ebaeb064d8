"""“Which account, for this customer, at this instant?” is asked in one place (COD-1): nothing else reads
the numbers of our accounts, their indexes and last digits, or who is told which."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.requirement("COD-1")
# What holds them, answers, writes them, and compares them with the account that a bank file names.
MAY = (
    "apps/banking/models/",
    "apps/banking/queries/accounts.py",
    "apps/banking/queries/ended.py",
    "apps/banking/services/accounts.py",
    "apps/banking/services/assigning.py",
    "apps/banking/services/files.py",
)
READS = re.compile(
    r"\bAccountAssignment\b|\bnumber_index\b|\.tail\b|\baccount_assignments\b|\w*account\w*\.number\b"
    r"|\.assignments\.(?:filter|all|select_related|order_by|first|last|get)\b|banking_accountassignment"
)


def readers() -> set[str]:
    found = set()
    for folder in ("apps", "config", "templates"):
        for path in sorted(Path(folder).rglob("*")):
            name = path.as_posix()
            if (
                path.suffix not in (".py", ".html")
                or "/migrations/" in name
                or name.startswith(MAY)
            ):
                continue
            if READS.search(path.read_text()):
                found.add(name)
    return found


# Lists of modules that only name the model for others, and payout accounts of merchants, which have last digits of
# their own: nothing of ours is read there.
NAMES = {"apps/banking/roles.py", "apps/banking/services/__init__.py"}
PAYOUTS = ("payee", "payout", "banking/queries/links.py", "cod/", "safety/", "remittance")
# Phones of callers are found by an index of their own; who looked at an account is recorded with its last digits; a
# claimant's own account is told by its last digits.
OTHERS = {
    "apps/banking/services/viewing.py",
    "apps/claims/services/accounts.py",
    "apps/hotline/models/call_backs.py",
    "apps/hotline/queries/calls.py",
    "apps/hotline/services/call_backs.py",
}


def test_nothing_else_reads_numbers_of_ours_or_assignments() -> None:
    found = {name for name in readers() if not any(part in name for part in PAYOUTS)}
    assert found - NAMES - OTHERS == set()


def test_it_is_seen_where_somebody_does() -> None:
    for text in (
        "account.number", "new_account.number", "x.tail", "AccountAssignment.objects", "record.assignments.all()",
        "customer.account_assignments",
    ):  # fmt: skip
        assert READS.search(text), text
    assert not READS.search("payee.number or told.number")

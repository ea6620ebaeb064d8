"""What does a trial balance over a million postings cost beside the bare aggregate?

    python -m benchmarks.trial_balance [--postings 1000000]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database. The
postings are of 5,000 customers. The limit: at most twice a bare sum by pair of accounts of the same
rows, measured in turn. Beside it the balance of one account, which is no more than an index scan.
"""

import time
from datetime import date

from benchmarks.harness import Result, in_turn, report
from benchmarks.scratch import run_in_scratch

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
CUSTOMERS, PER_ENTRY = 5_000, 4
ACCOUNTS = """
INSERT INTO ledger_account (kind, party_kind, party_id, party_name, is_memo)
SELECT kind, 'customer', n, 'c' || n, false
FROM unnest(ARRAY['receivable', 'advance']) AS kind, generate_series(1, %(customers)s) AS n
UNION ALL SELECT kind, '', NULL, '', false FROM unnest(ARRAY['revenue', 'deferred_vat', 'bank']) AS kind
"""
ENTRIES = """
INSERT INTO ledger_entry (key, kind, day, text, subject_type, subject_id, lines, by_id)
SELECT 'b' || n, 'bench', date '2026-10-15' + (n %% 45)::int, 'x', 'x', '1', %(per)s, %(by)s
FROM generate_series(1, %(entries)s) AS n
"""
POSTINGS = """
INSERT INTO ledger_posting (entry_id, n, day, debit_id, credit_id, amount, waybill)
SELECT e.id, n, e.day,
    CASE WHEN n = 1 THEN bank.id ELSE owed.id END, CASE WHEN n = 1 THEN paid.id ELSE sold.id END,
    (e.id * 7 + n) %% 99999 / 100.0 + 0.01, ''
FROM ledger_entry e CROSS JOIN generate_series(1, %(per)s) AS n
JOIN ledger_account owed ON owed.kind = 'receivable' AND owed.party_id = 1 + e.id %% %(customers)s
JOIN ledger_account paid ON paid.kind = 'advance' AND paid.party_id = owed.party_id
JOIN ledger_account bank ON bank.kind = 'bank'
JOIN ledger_account sold ON sold.kind = CASE WHEN n %% 2 = 0 THEN 'revenue' ELSE 'deferred_vat' END
"""
BARE = """
SELECT debit_id, credit_id, sum(amount) FROM ledger_posting WHERE day <= %s GROUP BY 1, 2
"""


def _measure(postings: int) -> int:
    from django.db import connection

    from apps.accounts.queries import system_user
    from apps.ledger.models import Account
    from apps.ledger.queries import balance_of, trial_balance

    given = {
        "customers": CUSTOMERS,
        "per": PER_ENTRY,
        "entries": postings // PER_ENTRY,
        "by": system_user("importer").pk,
    }
    with connection.cursor() as cursor:
        for statement in (ACCOUNTS, ENTRIES, POSTINGS):
            cursor.execute(statement, given)
        cursor.execute("VACUUM ANALYZE ledger_posting, ledger_entry, ledger_account")
    one = Account.objects.filter(kind="receivable").order_by("pk")[17]

    def bare() -> float:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(BARE, [LAST])
            cursor.fetchall()
        return time.perf_counter() - began

    def by_title() -> float:
        began = time.perf_counter()
        rows = trial_balance(FIRST, LAST, by_title=True)
        assert sum(row.closing for row in rows) == 0
        return time.perf_counter() - began

    def by_account() -> float:
        began = time.perf_counter()
        assert len(trial_balance(FIRST, LAST)) == 2 * CUSTOMERS + 3
        return time.perf_counter() - began

    def single() -> float:
        began = time.perf_counter()
        balance_of(one.pk)
        return time.perf_counter() - began

    plain, titles, accounts, alone = in_turn([bare, by_title, by_account, single])
    return report(
        f"Trial balance of {postings:,} postings, {CUSTOMERS:,} customers",
        [
            Result("bare sum by pair of accounts", plain * 1000, "ms"),
            Result("trial balance by title", titles * 1000, "ms", plain / titles, 0.5),
            Result("trial balance by account", accounts * 1000, "ms", plain / accounts, 0.5),
            Result("balance of one account", alone * 1000, "ms"),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(run_in_scratch("bench_trial_balance", _measure, postings=1_000_000))

"""What does the daily COD proof over a million postings cost beside the bare aggregate?

    python -m benchmarks.cod_proof [--postings 1000000]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database. Every row and
posting is there as the services leave them: merchants, couriers, stations, items in every state, takings in
open and in counted cash-ups. The limits: 10 s, and at most three times a bare sum by pair of accounts of the
same postings, measured in turn. Beside it the shipments of the one account that differs.
"""

import time

from benchmarks.harness import Result, in_turn, report
from benchmarks.scratch import run_in_scratch

# Of ten items one is due, one with the courier, two counted at the station; six are remitted: 3.6 postings each.
PER_ITEM = 3.6
MERCHANTS, COURIERS, STATIONS = 5_000, 400, 100
PLACES = """
INSERT INTO accounts_unit (code, name, kind, path, city, is_active)
SELECT 'B' || n, 'b' || n, 'station', 'B' || n || '/', '', true FROM generate_series(1, %(stations)s) AS n;
INSERT INTO tracking_courier (number, name, unit_id, is_active)
SELECT 'B' || n, 'b' || n, u.id, true FROM generate_series(1, %(couriers)s) AS n
JOIN accounts_unit u ON u.code = 'B' || (1 + n %% %(stations)s)
"""
CASH_UPS = """
INSERT INTO cod_cashup (courier_id, day, unit_id, state, counts, explanation, opened_at)
SELECT id, date '2026-11-30', unit_id, 'open', 0, '', now() FROM tracking_courier WHERE number LIKE 'B%%';
INSERT INTO cod_cashup (courier_id, day, unit_id, state, counts, explanation, opened_at, expected, declared,
    declared_at, declared_by_id, counted, counted_at, counted_by_id, closed_at, closed_by_id)
SELECT id, date '2026-11-29', unit_id, 'closed', 1, '', now(), 0, 0, now(), %(by)s, 0, now(), %(by)s, now(), %(by)s
FROM tracking_courier WHERE number LIKE 'B%%'
"""
ITEMS = """
INSERT INTO cod_coditem (waybill_id, waybill, merchant_id, issued_at, due, collected, method, collected_at,
    courier_id, unit_id, state, banked_at)
SELECT n, 'B' || n, m.id, now(), amount, CASE WHEN n %% 10 > 0 THEN amount END,
    CASE WHEN n %% 10 > 0 THEN 'cash' ELSE '' END, CASE WHEN n %% 10 > 0 THEN now() END,
    c.id, c.unit_id, (ARRAY['due', 'collected', 'counted', 'counted'])[n %% 10 + 1], NULL
FROM (SELECT n, (n * 7 %% 99999) / 100.0 + 0.01 AS amount FROM generate_series(1, %(items)s) AS n) AS one
JOIN tracking_courier c ON c.number = 'B' || (1 + n %% %(couriers)s)
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM customers_customer) m ON m.place = 1 + n %% %(merchants)s
WHERE n %% 10 < 4;
INSERT INTO cod_coditem (waybill_id, waybill, merchant_id, issued_at, due, collected, method, collected_at,
    courier_id, unit_id, state, banked_at, ended_at)
SELECT n, 'B' || n, m.id, now(), amount, amount, 'wechat', now(), NULL, NULL, 'remitted', now(), now()
FROM (SELECT n, (n * 7 %% 99999) / 100.0 + 0.01 AS amount FROM generate_series(1, %(items)s) AS n) AS one
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM customers_customer) m ON m.place = 1 + n %% %(merchants)s
WHERE n %% 10 >= 4;
INSERT INTO cod_taking (kind, source, item_id, waybill, method, amount, courier_id, day, taken_at, cash_up_id, by_id)
SELECT 'cod', 'b' || i.id, i.id, i.waybill, 'cash', i.collected, i.courier_id, u.day, now(), u.id, %(by)s
FROM cod_coditem i JOIN cod_cashup u ON u.courier_id = i.courier_id
    AND u.state = CASE i.state WHEN 'collected' THEN 'open' ELSE 'closed' END
WHERE i.state IN ('collected', 'counted') AND i.waybill LIKE 'B%%';
UPDATE cod_cashup u SET expected = t.amount, declared = t.amount, counted = t.amount
FROM (SELECT cash_up_id, sum(amount) AS amount FROM cod_taking GROUP BY 1) t
WHERE t.cash_up_id = u.id AND u.state = 'closed'
"""
ACCOUNTS = """
INSERT INTO ledger_account (kind, party_kind, party_id, party_name, is_memo)
SELECT kind, 'customer', id, name, kind <> 'cod_payable'
FROM unnest(ARRAY['cod_payable', 'cod_due', 'cod_expected']) AS kind, customers_customer
UNION ALL SELECT 'courier_cash', 'courier', id, name, false FROM tracking_courier
UNION ALL SELECT 'station_cash', 'station', id, name, false FROM accounts_unit WHERE code LIKE 'B%%'
UNION ALL SELECT 'payouts_in_transit', '', NULL, '', false
UNION ALL SELECT 'bank', '', NULL, '', false
"""
# One entry for each shipment: the proof reads postings alone.
ENTRIES = """
INSERT INTO ledger_entry (key, kind, day, text, subject_type, subject_id, lines, by_id)
SELECT waybill, 'bench', date '2026-11-29', 'x', 'x', waybill_id, 5, %(by)s FROM cod_coditem WHERE waybill LIKE 'B%%'
"""
POSTINGS = """
INSERT INTO ledger_posting (entry_id, n, day, debit_id, credit_id, amount, waybill)
SELECT e.id, p.n, e.day, d.id, c.id, i.due, i.waybill
FROM cod_coditem i JOIN ledger_entry e ON e.key = i.waybill
CROSS JOIN LATERAL (VALUES
    (1, 'cod_due', i.merchant_id, 'cod_expected', i.merchant_id, true),
    (2, 'cod_expected', i.merchant_id, 'cod_due', i.merchant_id, i.state <> 'due'),
    (3, CASE WHEN i.state = 'remitted' THEN 'bank' ELSE 'courier_cash' END, i.courier_id,
        'cod_payable', i.merchant_id, i.state <> 'due'),
    (4, 'station_cash', i.unit_id, 'courier_cash', i.courier_id, i.state = 'counted'),
    (5, 'cod_payable', i.merchant_id, 'payouts_in_transit', NULL, i.state = 'remitted')
) AS p (n, debit, debtor, credit, creditor, there)
-- By equality, so that both joins are hashed: "is not distinct from" would compare each posting with each account.
JOIN ledger_account d ON d.kind = p.debit AND coalesce(d.party_id, 0) = coalesce(p.debtor, 0)
JOIN ledger_account c ON c.kind = p.credit AND coalesce(c.party_id, 0) = coalesce(p.creditor, 0)
WHERE p.there
"""
# The keys of a database that is dropped afterwards: each row would queue a check for each of them.
KEYS = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
        WHERE contype = 'f' AND conrelid IN ('cod_coditem'::regclass, 'cod_taking'::regclass,
            'cod_cashup'::regclass, 'ledger_posting'::regclass, 'ledger_entry'::regclass) LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.place, one.conname);
    END LOOP;
END $$
"""
BARE = "SELECT debit_id, credit_id, sum(amount) FROM ledger_posting GROUP BY 1, 2"


def fill(items: int, *, merchants: int, couriers: int, stations: int, by: int) -> int:
    """Make items in every state with their takings, cash-ups and postings; how many postings. The
    customers are there; nothing else of COD is."""
    from django.db import connection

    given = {
        "items": items,
        "merchants": merchants,
        "couriers": couriers,
        "stations": stations,
        "by": by,
    }
    guarded = ("cod_coditem", "cod_taking", "cod_cashup", "ledger_posting", "ledger_entry")
    with connection.cursor() as cursor:
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in (PLACES, CASH_UPS, ITEMS, ACCOUNTS, ENTRIES):
            cursor.execute(statement, given)
        # Without knowing how many there are, the last statement would look each up by itself.
        cursor.execute("ANALYZE cod_coditem, ledger_entry, ledger_account")
        cursor.execute(POSTINGS, given)
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SELECT count(*) FROM ledger_posting")
        count: int = cursor.fetchone()[0]
    return count


def _measure(postings: int) -> int:
    from django.db import connection

    from apps.accounts.queries import system_user
    from apps.cod.queries.proof import compare, shipments_of
    from apps.customers.models import Customer
    from tests.factories.customers import CustomerFactory

    merchants = min(MERCHANTS, max(postings // 200, 20))
    first = CustomerFactory()
    assert isinstance(first, Customer)
    fields = [f for f in Customer._meta.concrete_fields if not f.primary_key]
    copied = [
        Customer(**{**{f.attname: getattr(first, f.attname) for f in fields}, "code": f"BENCH{n}"})
        for n in range(merchants - Customer.objects.count())
    ]
    Customer.objects.bulk_create(copied, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET statement_timeout = 0; SET synchronous_commit = off; SET work_mem = '128MB'"
        )
        cursor.execute(KEYS)
    made = fill(
        int(postings / PER_ITEM),
        merchants=merchants,
        couriers=COURIERS,
        stations=STATIONS,
        by=system_user("importer").pk,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout; RESET work_mem")

    def bare() -> float:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(BARE)
            cursor.fetchall()
        return time.perf_counter() - began

    def proof() -> float:
        began = time.perf_counter()
        assert not any(one.differs for one in compare())
        return time.perf_counter() - began

    merchant = next(one for one in compare() if one.kind == "cod_payable")

    def drill() -> float:
        began = time.perf_counter()
        assert shipments_of(merchant) == []
        return time.perf_counter() - began

    plain, proved, drilled = in_turn([bare, proof, drill])
    return report(
        f"Daily COD proof of {made:,} postings, {merchants:,} merchants",
        [
            Result("bare sum by pair of accounts", plain * 1000, "ms"),
            Result("daily proof", proved * 1000, "ms", plain / proved, 1 / 3),
            Result("share of the 10 s", 10 / proved, "×", 10 / proved, 1),
            Result("shipments of one merchant", drilled * 1000, "ms"),
        ],
    )


if __name__ == "__main__":
    raise SystemExit(run_in_scratch("bench_cod_proof", _measure, postings=1_000_000))

"""Every yuan in exactly one state: what the rows add up to against what the ledger says (COD-7).

One statement reads both sides, so that both are of one instant. Of the rows only those are read that are
not over; of the ledger the last sealed balances and what was posted since. Only an account that differs is
opened shipment by shipment.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

# The sides of the accounts as the rows have them, above zero a debit balance.
_ROWS = """
    SELECT 'cod_due' AS kind, merchant_id AS party, due AS amount FROM open_items WHERE due > 0
    UNION ALL SELECT 'cod_expected', merchant_id, -due FROM open_items WHERE due > 0
    UNION ALL SELECT 'cod_payable', merchant_id, -owed FROM open_items WHERE owed > 0
    UNION ALL SELECT 'cod_payable', merchant_id, sum(amount - taken)
        FROM cod_clawback WHERE is_carried AND taken_at IS NULL GROUP BY merchant_id
    UNION ALL SELECT 'cod_payable', merchant_id, -sum(taken)
        FROM cod_clawback WHERE NOT is_carried AND taken <> 0 GROUP BY merchant_id
    UNION ALL SELECT 'cod_advanced', m.merchant_id, sum(r.amount)
        FROM cod_remittancerow r JOIN cod_remittance m ON m.id = r.remittance_id
        WHERE r.kind = 'advance' AND r.stands AND r.cleared_at IS NULL AND m.released_at IS NOT NULL
        GROUP BY m.merchant_id
    UNION ALL SELECT 'courier_cash', t.courier_id, sum(t.amount)
        FROM cod_cashup c JOIN cod_taking t ON t.cash_up_id = c.id
        WHERE c.state IN ('open', 'declared') GROUP BY t.courier_id
    UNION ALL SELECT 'courier_receivable', courier_id, sum(expected - counted)
        FROM cod_cashup WHERE counted < expected GROUP BY courier_id
    UNION ALL SELECT 'courier_receivable', courier_id, -sum(amount)
        FROM cod_taking WHERE kind = 'repaid' GROUP BY courier_id
    UNION ALL SELECT 'courier_receivable', courier_id, -sum(amount)
        FROM cod_coddecision WHERE kind = 'waiver' AND state = 'done' GROUP BY courier_id
    UNION ALL SELECT 'station_cash', unit_id, sum(counted)
        FROM cod_cashup WHERE state IN ('counted', 'closed') AND deposit_id IS NULL GROUP BY unit_id
    UNION ALL SELECT 'cash_in_transit', coalesce(a.parent_id, a.id), sum(d.amount)
        FROM cod_deposit d JOIN banking_bankaccount a ON a.id = d.account_id
        WHERE d.state = 'sent' GROUP BY 2
    UNION ALL SELECT 'cash_in_transit', coalesce(a.parent_id, a.id), sum(s.net)
        FROM cod_qrsettlement s JOIN banking_bankaccount a ON a.id = s.account_id
        WHERE s.state = 'sent' GROUP BY 2
    UNION ALL SELECT 'provider_clearing', CASE method WHEN 'wechat' THEN 1 WHEN 'alipay' THEN 2
            WHEN 'card' THEN 3 WHEN 'transfer' THEN 4 END, sum(amount)
        FROM cod_taking WHERE settlement_id IS NULL AND cash_up_id IS NULL GROUP BY method
    UNION ALL SELECT 'pending_station', unit_id, sum(expected - counted)
        FROM cod_cashup WHERE counted > expected GROUP BY unit_id
    UNION ALL SELECT 'pending_station', c.unit_id, sum(d.amount)
        FROM cod_coddecision d JOIN cod_cashup c ON c.id = d.cash_up_id
        WHERE d.kind = 'overage' AND d.state = 'done' GROUP BY c.unit_id
    UNION ALL SELECT 'pending_provider', CASE provider WHEN 'wechat' THEN 1 WHEN 'alipay' THEN 2
            WHEN 'card' THEN 3 WHEN 'transfer' THEN 4 END, sum(expected - gross)
        FROM cod_qrsettlement WHERE gross <> expected GROUP BY provider
    UNION ALL SELECT 'pending_provider', CASE s.provider WHEN 'wechat' THEN 1 WHEN 'alipay' THEN 2
            WHEN 'card' THEN 3 WHEN 'transfer' THEN 4 END, sum(s.gross - s.expected)
        FROM cod_coddecision d JOIN cod_qrsettlement s ON s.id = d.settlement_id
        WHERE d.kind = 'difference' AND d.state = 'done' GROUP BY s.provider
    -- What was taken over from the old books has no shipments.
    UNION ALL SELECT 'cod_payable', a.party_id, -sum(p.amount)
        FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
        JOIN ledger_account a ON a.id = p.credit_id
        WHERE e.key LIKE 'opening:cod:%%' GROUP BY a.party_id
"""
# What is not over, gone through once for three accounts.
_OPEN_ITEMS = """
    SELECT merchant_id, coalesce(sum(due) FILTER (WHERE state = 'due'), 0) AS due,
        coalesce(sum(collected) FILTER (WHERE state <> 'due'), 0) AS owed
    FROM cod_coditem
    WHERE state IN ('due', 'collected', 'counted', 'deposited', 'banked', 'in_remittance')
    GROUP BY merchant_id
"""
_LEDGER = """
    SELECT id, party_id, party_name, CASE WHEN kind <> 'pending_differences' THEN kind
        WHEN party_kind = 'provider' THEN 'pending_provider' ELSE 'pending_station' END AS kind
    FROM ledger_account
    WHERE kind IN ('cod_due', 'cod_expected', 'cod_payable', 'cod_advanced', 'courier_cash', 'courier_receivable',
            'provider_clearing')
        OR (kind = 'station_cash' AND party_kind = 'station')
        OR (kind = 'cash_in_transit' AND party_kind = 'bank_account')
        OR (kind = 'pending_differences' AND party_kind IN ('station', 'provider'))
"""
_COMPARE = f"""
WITH sealed AS (
    SELECT max(day) AS day FROM ledger_daybalance
), moved AS MATERIALIZED (
    SELECT debit_id, credit_id, sum(amount) AS amount FROM ledger_posting
    WHERE day > coalesce((SELECT day FROM sealed), '-infinity') GROUP BY debit_id, credit_id
), open_items AS MATERIALIZED (
{_OPEN_ITEMS}
), accounts AS (
{_LEDGER}
), books AS (
    SELECT kind, party_id AS party, max(party_name) AS name, max(a.id) AS account, sum(sides.amount) AS amount
    FROM accounts a JOIN (
        SELECT debit_id AS account_id, amount FROM moved
        UNION ALL SELECT credit_id, -amount FROM moved
        UNION ALL SELECT account_id, debit - credit FROM ledger_daybalance
            WHERE day = (SELECT day FROM sealed)
    ) AS sides ON sides.account_id = a.id GROUP BY kind, party_id
), expected AS (
    SELECT kind, party, sum(amount) AS amount FROM ({_ROWS}) AS parts GROUP BY kind, party
)
SELECT kind, party, coalesce(b.name, ''), b.account, coalesce(s.amount, 0), coalesce(b.amount, 0)
FROM expected s FULL JOIN books b USING (kind, party) ORDER BY kind, party
"""  # noqa: S608  # texts of ours
# Which shipments an account is about, for those whose postings all name one.
_SHIPMENTS = {
    "cod_due": "SELECT waybill, due AS amount FROM cod_coditem WHERE state = 'due' AND merchant_id = %(party)s",
    "cod_expected": "SELECT waybill, -due AS amount FROM cod_coditem WHERE state = 'due' AND merchant_id = %(party)s",
    "cod_payable": """
        SELECT waybill, -collected AS amount FROM cod_coditem WHERE merchant_id = %(party)s
            AND state IN ('collected', 'counted', 'deposited', 'banked', 'in_remittance')
        UNION ALL SELECT i.waybill, c.amount - c.taken FROM cod_clawback c JOIN cod_coditem i ON i.id = c.item_id
            WHERE c.merchant_id = %(party)s AND c.is_carried AND c.taken_at IS NULL
        UNION ALL SELECT i.waybill, -c.taken FROM cod_clawback c JOIN cod_coditem i ON i.id = c.item_id
            WHERE c.merchant_id = %(party)s AND NOT c.is_carried AND c.taken <> 0""",
    "cod_advanced": """
        SELECT r.text AS waybill, r.amount FROM cod_remittancerow r JOIN cod_remittance m ON m.id = r.remittance_id
        WHERE r.kind = 'advance' AND r.stands AND r.cleared_at IS NULL AND m.released_at IS NOT NULL
            AND m.merchant_id = %(party)s""",
    "courier_cash": """
        SELECT t.waybill, t.amount FROM cod_cashup c JOIN cod_taking t ON t.cash_up_id = c.id
        WHERE c.state IN ('open', 'declared') AND t.courier_id = %(party)s""",
    "provider_clearing": """
        SELECT waybill, amount FROM cod_taking WHERE settlement_id IS NULL AND cash_up_id IS NULL
            AND method = CASE %(party)s WHEN 1 THEN 'wechat' WHEN 2 THEN 'alipay' WHEN 3 THEN 'card'
                WHEN 4 THEN 'transfer' END""",
}
_DRILL = """
WITH expected AS (SELECT waybill, sum(amount) AS amount FROM ({rows}) AS parts GROUP BY waybill),
books AS (
    SELECT waybill, sum(amount) AS amount FROM (
        SELECT waybill, amount FROM ledger_posting WHERE debit_id = %(account)s
        UNION ALL SELECT waybill, -amount FROM ledger_posting WHERE credit_id = %(account)s
    ) AS sides WHERE waybill <> '' GROUP BY waybill
)
SELECT waybill, coalesce(expected.amount, 0), coalesce(books.amount, 0)
FROM expected FULL JOIN books USING (waybill)
WHERE coalesce(expected.amount, 0) <> coalesce(books.amount, 0) ORDER BY waybill LIMIT 200
"""
_STATES = """
SELECT state, count(*), sum(CASE WHEN state = 'due' THEN due ELSE collected END)
FROM cod_coditem WHERE state IN ('due', 'collected', 'counted', 'deposited', 'banked', 'in_remittance')
GROUP BY state
"""
# What sums and grouping of a million rows may take in memory, instead of files.
_MEMORY = "SET LOCAL work_mem = '64MB'"


@dataclass(frozen=True, slots=True)
class Compared:
    """One account: what the rows add up to, and what the ledger says; above zero a debit balance."""

    kind: str
    party_id: int | None
    party_name: str
    account_id: int | None
    rows_total: Decimal
    ledger_total: Decimal

    @property
    def differs(self) -> bool:
        return self.rows_total != self.ledger_total


def compare() -> list[Compared]:
    """Every account that holds COD money, both ways."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MEMORY)
        cursor.execute(_COMPARE, [])
        return [Compared(*row) for row in cursor.fetchall()]


def shipments_of(account: Compared) -> list[tuple[str, Decimal, Decimal]]:
    """Where an account differs: (waybill, rows, ledger), 200 at most; nothing for accounts whose
    postings name no shipments."""
    rows = _SHIPMENTS.get(account.kind)
    if rows is None:
        return []
    given = {"party": account.party_id, "account": account.account_id}
    with connection.cursor() as cursor:
        cursor.execute(_DRILL.format(rows=rows), given)
        return list(cursor.fetchall())


def sums_by_state() -> dict[str, tuple[int, Decimal]]:
    """Where every yuan is now: state → (shipments, yuan), without what is over."""
    with connection.cursor() as cursor:
        cursor.execute(_STATES)
        return {state: (n, total) for state, n, total in cursor.fetchall()}

"""Append-only books, closed months that refuse entries at every door, and the titles a company starts with.

Codes and names of the titles follow the appendix of 企业会计准则——应用指南 (Ministry of Finance); where it
has no title of that name the code is one of its free sub-accounts. They are data: finance changes them.
"""

from typing import Any

from django.db import migrations

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only

TITLES = (
    ("bank", "1002", "银行存款"),
    ("station_cash", "100101", "库存现金—网点"),
    ("courier_cash", "100102", "库存现金—快递员"),
    ("provider_clearing", "101201", "其他货币资金—第三方支付"),
    ("cash_in_transit", "101202", "其他货币资金—在途资金"),
    ("receivable", "1122", "应收账款"),
    ("courier_receivable", "122101", "其他应收款—员工"),
    ("partner_receivable", "122102", "其他应收款—网络公司"),
    ("cod_advanced", "122103", "其他应收款—垫付代收货款"),
    ("bad_debt", "1231", "坏账准备"),
    ("pending_differences", "1901", "待处理财产损溢"),
    ("advance", "2203", "预收账款"),
    ("output_vat", "22210107", "应交税费—应交增值税（销项税额）"),
    ("deferred_vat", "222102", "应交税费—待转销项税额"),
    ("cod_payable", "224101", "其他应付款—代收货款"),
    ("unidentified", "224102", "其他应付款—待查款项"),
    ("payouts_in_transit", "224103", "其他应付款—在途付款"),
    ("claims_payable", "224104", "其他应付款—应付赔款"),
    ("opening", "4999", "期初余额"),
    ("revenue", "6001", "主营业务收入"),
    ("claims_cost", "640101", "主营业务成本—理赔"),
    ("finance_cost", "6603", "财务费用"),
    ("cod_expected", "T001", "表外—待收代收货款"),
    ("cod_due", "T002", "表外—应转代收货款"),
)

# Whoever writes entries holds the lock shared, whoever closes a month alone: an entry under way while a
# month is closed is waited for, and one that comes after sees the month closed.
_LOCK = "hashtext('ledger_period')"
_CLOSED = "(SELECT max(month) + interval '1 month' FROM ledger_period)"
PERIODS = f"""
CREATE FUNCTION ledger_refuse_closed_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE late date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared({_LOCK}, 0);
    SELECT min(day) INTO late FROM fresh WHERE day < {_CLOSED};
    IF late IS NOT NULL THEN
        RAISE EXCEPTION 'ledger: % lies in a closed month', late
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_month_open';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entry_month_open AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_closed_entry();
CREATE FUNCTION ledger_refuse_late_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE odd record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared({_LOCK}, 0);
    IF EXISTS (SELECT FROM fresh WHERE day < {_CLOSED}) THEN
        RAISE EXCEPTION 'ledger: a posting lies in a closed month'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_month_open';
    END IF;
    SELECT used.id INTO odd
        FROM (SELECT debit_id AS id FROM fresh UNION SELECT credit_id FROM fresh) used
        LEFT JOIN ledger_account a ON a.id = used.id WHERE a.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger: there is no account %', odd.id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'posting_accounts_there';
    END IF;
    SELECT fresh.entry_id, fresh.n, fresh.day, e.id AS found, e.lines INTO odd
        FROM fresh LEFT JOIN ledger_entry e ON e.id = fresh.entry_id
        WHERE e.id IS NULL OR fresh.n > e.lines OR fresh.day <> e.day LIMIT 1;
    IF FOUND AND odd.found IS NULL THEN
        RAISE EXCEPTION 'ledger: there is no entry %', odd.entry_id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'posting_entry_there';
    ELSIF FOUND AND odd.n > odd.lines THEN
        RAISE EXCEPTION 'ledger: entry % has no line %', odd.entry_id, odd.n
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_within_entry';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'ledger: % is not the day of entry %', odd.day, odd.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_day_of_entry';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_month_open AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_late_posting();
CREATE FUNCTION ledger_close_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({_LOCK}, 0);
    IF EXISTS (SELECT FROM ledger_period WHERE month >= NEW.month) THEN
        RAISE EXCEPTION 'ledger: a month is closed forward only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'period_forward';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER period_forward BEFORE INSERT ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION ledger_close_forward();
"""
# A posting's entry and accounts are looked for once for all that a statement writes, which a foreign key
# does row by row (docs/adr/0035): what they lead to therefore stays. Entries are append-only.
KEPT = """
CREATE TRIGGER account_kept BEFORE DELETE OR UPDATE OF id ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER account_kept_table BEFORE TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION yipiao_refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER account_kept ON ledger_account;
DROP TRIGGER account_kept_table ON ledger_account;
"""
BACK = """
DROP TRIGGER period_forward ON ledger_period;
DROP TRIGGER posting_month_open ON ledger_posting;
DROP TRIGGER entry_month_open ON ledger_entry;
DROP FUNCTION ledger_close_forward(), ledger_refuse_late_posting(), ledger_refuse_closed_entry();
"""


def plant_titles(apps: Any, schema_editor: Any) -> None:
    title = apps.get_model("ledger", "AccountTitle")
    title.objects.bulk_create(
        [title(kind=kind, code=code, name=name) for kind, code, name in TITLES],
        ignore_conflicts=True,
    )


OPERATIONS = [
    FirstRows(plant_titles),
    migrations.RunSQL(PERIODS, BACK),
    append_only("ledger_entry"),
    append_only("ledger_posting"),
    append_only("ledger_period"),
    append_only("ledger_daybalance"),
    migrations.RunSQL(KEPT, NOT_KEPT),
]

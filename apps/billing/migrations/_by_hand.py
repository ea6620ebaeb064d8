"""A closed statement takes no charge; corrections, allocations and red lines stay within what they are of; what
is written once stays."""

from typing import Any

from django.db import migrations

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only

# Whoever writes charges holds their statements' rows, so that a freeze, which locks them for itself,
# waits for them; and whoever comes after it sees the state it left. The foreign key alone is checked
# at the end of the transaction, which is too late.
CHARGES = """
CREATE FUNCTION billing_refuse_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closed text;
BEGIN
    -- Materialized: pushed down, the condition on the state would leave the open ones unlocked.
    WITH held AS MATERIALIZED (
        SELECT number, state FROM billing_statement
        WHERE id IN (SELECT DISTINCT statement_id FROM fresh) ORDER BY id FOR KEY SHARE
    ) SELECT number INTO closed FROM held WHERE state <> 'open' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'billing: statement % is closed', closed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'charge_statement_open';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER charge_statement_open AFTER INSERT ON billing_charge REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_closed();

CREATE FUNCTION billing_check_correction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE first record; more numeric;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('billing_charge', NEW.corrects_id));
    SELECT gross, corrects_id INTO first FROM billing_charge WHERE id = NEW.corrects_id;
    SELECT coalesce(sum(gross), 0) INTO more FROM billing_charge WHERE corrects_id = NEW.corrects_id;
    IF first.corrects_id IS NOT NULL OR sign(first.gross + more) NOT IN (0, sign(first.gross)) THEN
        RAISE EXCEPTION 'billing: a correction of charge % goes too far', NEW.corrects_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'charge_correction_within';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER charge_correction_within AFTER INSERT ON billing_charge
    FOR EACH ROW WHEN (NEW.corrects_id IS NOT NULL) EXECUTE FUNCTION billing_check_correction();

CREATE FUNCTION billing_check_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE undone record; limited numeric; taken numeric;
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO undone FROM billing_allocation WHERE id = NEW.reverses_id;
        IF undone.reverses_id IS NOT NULL OR undone.amount <> NEW.amount
            OR undone.statement_id <> NEW.statement_id OR undone.kind <> NEW.kind
            OR undone.receipt_id IS DISTINCT FROM NEW.receipt_id THEN
            RAISE EXCEPTION 'billing: allocation % is not undone exactly', NEW.reverses_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_undone_exactly';
        END IF;
        RETURN NULL;
    END IF;
    IF NEW.receipt_id IS NOT NULL THEN
        SELECT amount INTO limited FROM billing_receipt WHERE id = NEW.receipt_id FOR UPDATE;
        SELECT sum(CASE WHEN reverses_id IS NULL THEN amount ELSE -amount END) INTO taken
            FROM billing_allocation WHERE receipt_id = NEW.receipt_id;
        IF taken > limited THEN
            RAISE EXCEPTION 'billing: receipt % is spent', NEW.receipt_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_receipt';
        END IF;
    END IF;
    IF NEW.door_payment_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_doorpayment WHERE id = NEW.door_payment_id
            AND statement_id = NEW.statement_id AND amount >= NEW.amount
    ) THEN
        RAISE EXCEPTION 'billing: what was paid at the door is of another statement, or less'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_door_payment';
    END IF;
    SELECT charged INTO limited FROM billing_statement WHERE id = NEW.statement_id FOR UPDATE;
    SELECT sum(CASE WHEN reverses_id IS NULL THEN amount ELSE -amount END) INTO taken
        FROM billing_allocation WHERE statement_id = NEW.statement_id;
    IF limited IS NULL OR taken > limited THEN
        RAISE EXCEPTION 'billing: statement % does not owe as much', NEW.statement_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_statement';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER allocation_within AFTER INSERT ON billing_allocation
    FOR EACH ROW EXECUTE FUNCTION billing_check_allocation();

CREATE FUNCTION billing_check_red_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE line record; taken record;
BEGIN
    SELECT l.* INTO line FROM billing_invoiceline l WHERE l.id = NEW.line_id;
    -- Whoever takes back waits for whoever else does.
    PERFORM FROM billing_invoice WHERE id = line.invoice_id FOR UPDATE;
    SELECT sum(r.gross) AS gross, sum(r.net) AS net, sum(r.tax) AS tax INTO taken
        FROM billing_redline r JOIN billing_redform f ON f.id = r.form_id
        WHERE r.line_id = NEW.line_id AND f.state NOT IN ('refused', 'lapsed', 'withdrawn', 'failed');
    IF taken.gross > line.gross OR taken.net > line.net OR taken.tax > line.tax
        OR (SELECT invoice_id FROM billing_redform WHERE id = NEW.form_id) <> line.invoice_id THEN
        RAISE EXCEPTION 'billing: more is taken back than line % has', NEW.line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'red_line_within';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER red_line_within AFTER INSERT ON billing_redline
    FOR EACH ROW EXECUTE FUNCTION billing_check_red_line();
"""
BACK = """
DROP TRIGGER red_line_within ON billing_redline;
DROP TRIGGER allocation_within ON billing_allocation;
DROP TRIGGER charge_correction_within ON billing_charge;
DROP TRIGGER charge_statement_open ON billing_charge;
DROP FUNCTION billing_check_red_line(), billing_check_allocation(), billing_check_correction(), billing_refuse_closed();
"""
# When a transaction with a letter ends, the letter is what its items say; so none is added later.
DUNNING = """
CREATE FUNCTION billing_check_letter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE letter billing_dunningnotice; highest integer; every numeric; strange bigint;
BEGIN
    IF TG_TABLE_NAME = 'billing_dunningnotice' THEN
        letter := NEW;
    ELSE
        SELECT * INTO letter FROM billing_dunningnotice WHERE id = NEW.notice_id;
    END IF;
    SELECT max(i.level), sum(i.asked), count(*) FILTER (WHERE s.bill_to_id IS DISTINCT FROM letter.bill_to_id)
        INTO highest, every, strange
        FROM billing_dunningitem i JOIN billing_statement s ON s.id = i.statement_id
        WHERE i.notice_id = letter.id;
    IF highest IS DISTINCT FROM letter.level OR every IS DISTINCT FROM letter.total OR strange > 0 THEN
        RAISE EXCEPTION 'billing: dunning letter % is not what its items say', letter.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dunning_letter_adds_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER dunning_letter_adds_up AFTER INSERT ON billing_dunningnotice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_letter();
CREATE CONSTRAINT TRIGGER dunning_item_of_its_letter AFTER INSERT ON billing_dunningitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_letter();
"""
NO_DUNNING = """
DROP TRIGGER dunning_item_of_its_letter ON billing_dunningitem;
DROP TRIGGER dunning_letter_adds_up ON billing_dunningnotice;
DROP FUNCTION billing_check_letter();
"""
# What a new installation starts with: (days after the due day, days to pay, title, words).
LEVELS = (
    (
        3,
        7,
        "付款提醒函",
        "贵司下列对账单款项已过约定付款日，可能因事务繁忙未及处理，烦请核对后尽快安排付款。",
    ),
    (
        15,
        7,
        "催款函",
        "贵司下列款项经提醒仍未付清。请于下列日期前付清全部逾期款项；如对账单有异议，请立即与我司对账人员联系。",
    ),
    (
        30,
        5,
        "最后催款通知",
        "贵司下列款项经多次催告仍未付清。请于下列日期前付清；逾期未付，我司将暂停月结服务，并依合同约定追究相应责任。",
    ),
)


def plant_plan(apps: Any, _schema: Any) -> None:
    """The usual dunning plan; finance edits it afterwards."""
    plan = apps.get_model("billing", "DunningPlan").objects.create(name="常规催款", is_usual=True)
    rows = apps.get_model("billing", "DunningLevel").objects
    for level, (after, within, title, words) in enumerate(LEVELS, start=1):
        rows.create(
            plan=plan,
            level=level,
            after_days=after,
            pay_within_days=within,
            title=title,
            words=words,
        )


# Sums are read from an index alone, which takes that vacuum has seen the pages; by default it would wait
# for a fifth of all charges to be new.
SEEN = "ALTER TABLE billing_charge SET (autovacuum_vacuum_insert_scale_factor = 0.01)"
UNSEEN = "ALTER TABLE billing_charge RESET (autovacuum_vacuum_insert_scale_factor)"
OPERATIONS = [
    migrations.RunSQL(SEEN, UNSEEN),
    migrations.RunSQL(CHARGES, BACK),
    append_only("billing_charge"),
    append_only("billing_allocation"),
    append_only("billing_doorpayment"),
    append_only("billing_disputeentry"),
    append_only("billing_statementpaper"),
    append_only("billing_invoiceline"),
    append_only("billing_redline"),
    migrations.RunSQL(DUNNING, NO_DUNNING),
    append_only("billing_dunningnotice"),
    append_only("billing_dunningitem"),
    append_only("billing_dunningpaper"),
    append_only("billing_paymentpromise"),
    FirstRows(plant_plan),
]

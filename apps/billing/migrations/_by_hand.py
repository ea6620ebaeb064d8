"""A closed statement takes no charge; corrections and allocations stay within what they are of; what
is written once stays."""

from django.db import migrations

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
"""
BACK = """
DROP TRIGGER allocation_within ON billing_allocation;
DROP TRIGGER charge_correction_within ON billing_charge;
DROP TRIGGER charge_statement_open ON billing_charge;
DROP FUNCTION billing_check_allocation(), billing_check_correction(), billing_refuse_closed();
"""
# Sums are read from an index alone, which takes that vacuum has seen the pages; by default it would wait
# for a fifth of all charges to be new.
SEEN = "ALTER TABLE billing_charge SET (autovacuum_vacuum_insert_scale_factor = 0.01)"
UNSEEN = "ALTER TABLE billing_charge RESET (autovacuum_vacuum_insert_scale_factor)"
OPERATIONS = [
    migrations.RunSQL(SEEN, UNSEEN),
    migrations.RunSQL(CHARGES, BACK),
    append_only("billing_charge"),
    append_only("billing_allocation"),
    append_only("billing_disputeentry"),
    append_only("billing_invoiceline"),
]

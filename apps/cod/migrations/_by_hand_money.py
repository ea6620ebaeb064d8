"""Money at the door: what was taken, counted and paid in stays; who counts is not who carried it."""

from django.db import migrations

from apps.core.sql import append_only

TAKINGS = """
CREATE FUNCTION cod_check_taking() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE standing text;
BEGIN
    IF NEW.cash_up_id IS NOT NULL THEN
        -- Whoever declares holds this row, so that nothing comes in behind what was added up.
        SELECT state INTO standing FROM cod_cashup WHERE id = NEW.cash_up_id FOR KEY SHARE;
        IF standing <> 'open' THEN
            RAISE EXCEPTION 'cod: cash-up % takes no more money', NEW.cash_up_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'taking_cash_up_open';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER taking_cash_up_open AFTER INSERT ON cod_taking
    FOR EACH ROW EXECUTE FUNCTION cod_check_taking();
CREATE TRIGGER taking_stays BEFORE UPDATE ON cod_taking FOR EACH ROW
    WHEN ((to_jsonb(OLD) - 'settlement_id') IS DISTINCT FROM (to_jsonb(NEW) - 'settlement_id')
        OR OLD.settlement_id IS NOT NULL)
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER taking_remains BEFORE DELETE ON cod_taking
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
TAKINGS_BACK = """
DROP TRIGGER taking_remains ON cod_taking;
DROP TRIGGER taking_stays ON cod_taking;
DROP TRIGGER taking_cash_up_open ON cod_taking;
DROP FUNCTION cod_check_taking();
"""
CASH_UPS = """
CREATE FUNCTION cod_check_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM accounts_user u JOIN tracking_courier c ON c.id = NEW.courier_id
        WHERE u.id = NEW.counted_by_id AND (u.id = c.user_id OR u.staff_number = c.number
            OR (u.staff_number <> '' AND u.staff_number =
                (SELECT own.staff_number FROM accounts_user own WHERE own.id = c.user_id)))) THEN
        RAISE EXCEPTION 'cod: nobody counts their own cash'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_up_counted_by_another';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cash_up_counted_by_another AFTER INSERT OR UPDATE ON cod_cashup FOR EACH ROW
    WHEN (NEW.counted_by_id IS NOT NULL) EXECUTE FUNCTION cod_check_counter();
-- Once the money is handed in, only a recount, its closing and its deposit may follow; once closed, only the deposit.
CREATE TRIGGER cash_up_not_reopened BEFORE UPDATE ON cod_cashup FOR EACH ROW
    WHEN (OLD.state = 'counted' AND NEW.state NOT IN ('counted', 'closed')
        OR OLD.state = 'closed' AND (to_jsonb(OLD) - 'deposit_id') IS DISTINCT FROM (to_jsonb(NEW) - 'deposit_id')
        OR OLD.courier_id <> NEW.courier_id OR OLD.day <> NEW.day)
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER cash_up_remains BEFORE DELETE ON cod_cashup
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
CASH_UPS_BACK = """
DROP TRIGGER cash_up_remains ON cod_cashup;
DROP TRIGGER cash_up_not_reopened ON cod_cashup;
DROP TRIGGER cash_up_counted_by_another ON cod_cashup;
DROP FUNCTION cod_check_counter();
"""
# When a transaction with a deposit ends, the slip says what its cash-ups held.
TRANSITS = """
CREATE FUNCTION cod_check_deposit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE which bigint; slip cod_deposit; held numeric;
BEGIN
    IF TG_TABLE_NAME = 'cod_deposit' THEN which := NEW.id; ELSE which := coalesce(NEW.deposit_id, OLD.deposit_id); END IF;
    SELECT * INTO slip FROM cod_deposit WHERE id = which;
    SELECT coalesce(sum(counted), 0) INTO held FROM cod_cashup WHERE deposit_id = which;
    IF held <> (CASE WHEN slip.state = 'void' THEN 0 ELSE slip.amount END) THEN
        RAISE EXCEPTION 'cod: deposit % is not what its cash-ups held', slip.slip
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deposit_adds_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER deposit_adds_up AFTER INSERT OR UPDATE ON cod_deposit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cod_check_deposit();
CREATE CONSTRAINT TRIGGER deposit_of_cash_up_adds_up AFTER UPDATE ON cod_cashup
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.deposit_id IS DISTINCT FROM NEW.deposit_id) EXECUTE FUNCTION cod_check_deposit();
CREATE TRIGGER deposit_stays BEFORE UPDATE ON cod_deposit FOR EACH ROW
    WHEN (OLD.amount <> NEW.amount OR OLD.slip <> NEW.slip OR OLD.account_id <> NEW.account_id
        OR OLD.state = 'void')
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER deposit_remains BEFORE DELETE ON cod_deposit
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER settlement_stays BEFORE UPDATE ON cod_qrsettlement FOR EACH ROW
    WHEN (OLD.gross <> NEW.gross OR OLD.fee <> NEW.fee OR OLD.provider <> NEW.provider OR OLD.day <> NEW.day
        OR OLD.account_id <> NEW.account_id OR OLD.expected <> NEW.expected)
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER settlement_remains BEFORE DELETE ON cod_qrsettlement
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
TRANSITS_BACK = """
DROP TRIGGER settlement_remains ON cod_qrsettlement;
DROP TRIGGER settlement_stays ON cod_qrsettlement;
DROP TRIGGER deposit_remains ON cod_deposit;
DROP TRIGGER deposit_stays ON cod_deposit;
DROP TRIGGER deposit_of_cash_up_adds_up ON cod_cashup;
DROP TRIGGER deposit_adds_up ON cod_deposit;
DROP FUNCTION cod_check_deposit();
"""
ITEMS = """
CREATE TRIGGER cod_item_stays BEFORE UPDATE ON cod_coditem FOR EACH ROW
    WHEN (OLD.waybill_id <> NEW.waybill_id OR OLD.waybill <> NEW.waybill OR OLD.merchant_id <> NEW.merchant_id
        OR (OLD.due <> NEW.due AND OLD.state <> 'due')
        OR (OLD.collected IS DISTINCT FROM NEW.collected AND OLD.state NOT IN ('due', 'refused', 'collected'))
        OR OLD.state IN ('clawed_back', 'written_off', 'returned'))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER cod_item_remains BEFORE DELETE ON cod_coditem
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER claw_back_stays BEFORE UPDATE ON cod_clawback FOR EACH ROW
    WHEN ((to_jsonb(OLD) - ARRAY['is_carried', 'taken', 'taken_at', 'line_id', 'paid_at'])
        IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['is_carried', 'taken', 'taken_at', 'line_id', 'paid_at'])
        OR (NEW.is_carried AND NOT OLD.is_carried))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER claw_back_remains BEFORE DELETE ON cod_clawback
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
ITEMS_BACK = """
DROP TRIGGER claw_back_remains ON cod_clawback;
DROP TRIGGER claw_back_stays ON cod_clawback;
DROP TRIGGER cod_item_remains ON cod_coditem;
DROP TRIGGER cod_item_stays ON cod_coditem;
"""
# The moves of states/money.py; a test compares them.
MOVES = """
CREATE TRIGGER cod_item_moves BEFORE UPDATE ON cod_coditem FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'due>collected', 'due>refused', 'due>returned', 'due>written_off', 'collected>refused',
        'collected>counted', 'collected>deposited', 'counted>collected', 'counted>deposited',
        'deposited>collected', 'deposited>counted', 'deposited>banked', 'banked>deposited',
        'banked>in_remittance', 'banked>clawed_back', 'in_remittance>banked', 'in_remittance>remitted',
        'remitted>banked', 'remitted>clawed_back', 'refused>collected', 'refused>returned']))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER cod_item_begins BEFORE INSERT ON cod_coditem FOR EACH ROW
    WHEN (NEW.state <> 'due') EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER cash_up_moves BEFORE UPDATE ON cod_cashup FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'open>declared', 'declared>open', 'declared>counted', 'declared>closed', 'counted>closed']))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER cash_up_begins BEFORE INSERT ON cod_cashup FOR EACH ROW
    WHEN (NEW.state <> 'open') EXECUTE FUNCTION yipiao_refuse_change();
"""
MOVES_BACK = """
DROP TRIGGER cash_up_begins ON cod_cashup;
DROP TRIGGER cash_up_moves ON cod_cashup;
DROP TRIGGER cod_item_begins ON cod_coditem;
DROP TRIGGER cod_item_moves ON cod_coditem;
"""
# What a decision is about stays, and it is done when two persons approved it; a provider's difference of up to
# CLEARED_BY_ONE (rules/counting.py) one person clears, who did not enter the settlement.
DECISIONS = """
CREATE TRIGGER cod_decision_moves BEFORE UPDATE ON cod_coddecision FOR EACH ROW
    WHEN (OLD.state <> 'asked' OR (to_jsonb(OLD) - ARRAY['state', 'closed_at', 'closed_by_id'])
        IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['state', 'closed_at', 'closed_by_id']))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER cod_decision_remains BEFORE DELETE ON cod_coddecision
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE FUNCTION cod_check_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'difference' THEN
        IF (SELECT abs(gross - expected) IS DISTINCT FROM NEW.amount OR entered_by_id = NEW.closed_by_id
                FROM cod_qrsettlement WHERE id = NEW.settlement_id) THEN
            RAISE EXCEPTION 'cod: decision % is not of what the settlement differs by', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'cod_decision_of_difference';
        END IF;
        IF NEW.amount <= 50 THEN
            RETURN NULL;
        END IF;
    END IF;
    IF (SELECT count(DISTINCT a.person) FROM backoffice_approvalrequest r
            JOIN backoffice_approval a ON a.request_id = r.id AND a.decision = 'approved' AND a.sha256 = r.sha256
        WHERE r.kind = 'cod.decision' AND r.state = 'approved'
            AND r.subject_type = 'cod.coddecision' AND r.subject_id = NEW.id::text) < 2 THEN
        RAISE EXCEPTION 'cod: two persons have not approved decision %', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cod_decision_done_by_two';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cod_decision_done_by_two AFTER INSERT OR UPDATE ON cod_coddecision FOR EACH ROW
    WHEN (NEW.state = 'done') EXECUTE FUNCTION cod_check_decided();
"""
DECISIONS_BACK = """
DROP TRIGGER cod_decision_done_by_two ON cod_coddecision;
DROP FUNCTION cod_check_decided();
DROP TRIGGER cod_decision_remains ON cod_coddecision;
DROP TRIGGER cod_decision_moves ON cod_coddecision;
"""

OPERATIONS = [
    append_only("cod_codproof"),
    append_only("cod_coddifference"),
    migrations.RunSQL(ITEMS, ITEMS_BACK),
    migrations.RunSQL(TAKINGS, TAKINGS_BACK),
    migrations.RunSQL(CASH_UPS, CASH_UPS_BACK),
    migrations.RunSQL(TRANSITS, TRANSITS_BACK),
    migrations.RunSQL(MOVES, MOVES_BACK),
    migrations.RunSQL(DECISIONS, DECISIONS_BACK),
]

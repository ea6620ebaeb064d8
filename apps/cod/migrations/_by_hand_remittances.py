"""A remittance is what two people released: its rows sum to zero, hold only money that is on the bank, and stay."""

from django.db import migrations

from apps.core.sql import append_only

ROWS = """
CREATE FUNCTION cod_check_remittance_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE head cod_remittance; fits boolean;
BEGIN
    SELECT * INTO head FROM cod_remittance WHERE id = NEW.remittance_id FOR KEY SHARE;
    fits := head.state IN ('held', 'prepared');
    IF fits AND NEW.kind = 'item' THEN
        SELECT i.state = 'in_remittance' AND i.merchant_id = head.merchant_id AND i.collected = NEW.amount
            INTO fits FROM cod_coditem i WHERE i.id = NEW.item_id;
    ELSIF fits AND NEW.kind = 'claw_back' THEN
        SELECT c.is_carried AND c.taken_at IS NULL AND c.merchant_id = head.merchant_id AND c.amount = -NEW.amount
            INTO fits FROM cod_clawback c WHERE c.id = NEW.claw_back_id;
    ELSIF fits AND NEW.kind IN ('fee', 'offset') THEN
        SELECT s.bill_to_id = head.merchant_id INTO fits FROM billing_statement s WHERE s.id = NEW.statement_id;
    END IF;
    IF fits IS NOT TRUE THEN
        RAISE EXCEPTION 'cod: line % does not belong into remittance %', NEW.n, head.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'remittance_row_belongs';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER remittance_row_belongs AFTER INSERT ON cod_remittancerow
    FOR EACH ROW EXECUTE FUNCTION cod_check_remittance_row();
CREATE TRIGGER remittance_row_stays BEFORE UPDATE ON cod_remittancerow FOR EACH ROW
    WHEN ((to_jsonb(OLD) - 'stands') IS DISTINCT FROM (to_jsonb(NEW) - 'stands') OR NEW.stands)
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER remittance_row_remains BEFORE DELETE ON cod_remittancerow
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
ROWS_BACK = """
DROP TRIGGER remittance_row_remains ON cod_remittancerow;
DROP TRIGGER remittance_row_stays ON cod_remittancerow;
DROP TRIGGER remittance_row_belongs ON cod_remittancerow;
DROP FUNCTION cod_check_remittance_row();
"""
# When a transaction ends that touched a remittance: its lines say what it says, and stand as long as it does.
HEADS = """
CREATE FUNCTION cod_check_remittance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE which bigint; head cod_remittance; fits boolean;
BEGIN
    IF TG_TABLE_NAME = 'cod_remittance' THEN which := NEW.id; ELSE which := NEW.remittance_id; END IF;
    SELECT * INTO head FROM cod_remittance WHERE id = which;
    SELECT coalesce(sum(amount), 0) = 0
        AND coalesce(sum(amount) FILTER (WHERE kind = 'item'), 0) = head.collected
        AND coalesce(sum(amount) FILTER (WHERE kind = 'fee'), 0) = -head.fees
        AND coalesce(sum(amount) FILTER (WHERE kind = 'claw_back'), 0) = -head.claw_backs
        AND coalesce(sum(amount) FILTER (WHERE kind = 'offset'), 0) = -head.offset
        AND coalesce(sum(amount) FILTER (WHERE kind = 'payout'), 0) = -head.amount
        AND count(*) FILTER (WHERE kind = 'item') = head.count
        AND bool_and(stands = (head.state NOT IN ('returned', 'withdrawn')))
        INTO fits FROM cod_remittancerow WHERE remittance_id = which;
    IF fits IS NOT TRUE THEN
        RAISE EXCEPTION 'cod: the lines of remittance % are not what it says', head.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'remittance_lines_add_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER remittance_lines_add_up AFTER INSERT OR UPDATE ON cod_remittance
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cod_check_remittance();
CREATE CONSTRAINT TRIGGER remittance_row_adds_up AFTER INSERT OR UPDATE ON cod_remittancerow
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cod_check_remittance();
CREATE TRIGGER remittance_stays BEFORE UPDATE ON cod_remittance FOR EACH ROW
    WHEN ((to_jsonb(OLD) - ARRAY['state', 'hold_reason', 'payee_id', 'approval_id', 'payout_id', 'released_at',
            'paid_at', 'ended_at', 'end_reason'])
        IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['state', 'hold_reason', 'payee_id', 'approval_id', 'payout_id',
            'released_at', 'paid_at', 'ended_at', 'end_reason'])
        OR OLD.state IN ('returned', 'withdrawn')
        OR (OLD.released_at IS NOT NULL AND (NEW.state IN ('held', 'prepared', 'withdrawn')
            OR OLD.payee_id IS DISTINCT FROM NEW.payee_id OR OLD.approval_id IS DISTINCT FROM NEW.approval_id
            OR OLD.payout_id IS DISTINCT FROM NEW.payout_id OR OLD.released_at <> NEW.released_at)))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER remittance_remains BEFORE DELETE ON cod_remittance
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
HEADS_BACK = """
DROP TRIGGER remittance_remains ON cod_remittance;
DROP TRIGGER remittance_stays ON cod_remittance;
DROP TRIGGER remittance_row_adds_up ON cod_remittancerow;
DROP TRIGGER remittance_lines_add_up ON cod_remittance;
DROP FUNCTION cod_check_remittance();
"""
# Only what two persons approved goes out.
RELEASES = """
CREATE FUNCTION cod_check_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(DISTINCT a.person) FROM backoffice_approvalrequest r
            JOIN backoffice_approval a ON a.request_id = r.id AND a.decision = 'approved' AND a.sha256 = r.sha256
        WHERE r.id = NEW.approval_id AND r.kind = 'cod.remittance' AND r.state = 'approved'
            AND r.subject_type = 'cod.remittance' AND r.subject_id = NEW.id::text) < 2 THEN
        RAISE EXCEPTION 'cod: two persons have not approved remittance %', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'remittance_released_by_two';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER remittance_released_by_two AFTER INSERT OR UPDATE ON cod_remittance FOR EACH ROW
    WHEN (NEW.approval_id IS NOT NULL) EXECUTE FUNCTION cod_check_released();
"""
RELEASES_BACK = """
DROP TRIGGER remittance_released_by_two ON cod_remittance;
DROP FUNCTION cod_check_released();
"""

OPERATIONS = [
    append_only("cod_remittanceterms"),
    migrations.RunSQL(ROWS, ROWS_BACK),
    migrations.RunSQL(HEADS, HEADS_BACK),
    migrations.RunSQL(RELEASES, RELEASES_BACK),
]

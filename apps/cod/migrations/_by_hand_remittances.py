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
    ELSIF fits AND NEW.kind = 'advance' THEN
        SELECT i.state IN ('counted', 'deposited') AND i.merchant_id = head.merchant_id AND i.collected = NEW.amount
            INTO fits FROM cod_coditem i WHERE i.id = NEW.item_id;
    ELSIF fits AND NEW.kind = 'claw_back' THEN
        -- As much as is left of it to take, or to give back, whatever remittances do so at the same time. Those
        -- that are not released count where they go the same way: of those that do not, one will be refused.
        PERFORM FROM cod_clawback WHERE id = NEW.claw_back_id FOR NO KEY UPDATE;
        SELECT c.merchant_id = head.merchant_id AND sign(NEW.amount) * (
                CASE WHEN c.is_carried THEN c.amount ELSE 0 END + (
                SELECT sum(r.amount) FROM cod_remittancerow r JOIN cod_remittance m ON m.id = r.remittance_id
                WHERE r.claw_back_id = c.id AND r.kind = 'claw_back' AND r.stands
                    AND (m.state NOT IN ('held', 'prepared') OR sign(r.amount) = sign(NEW.amount)))) <= 0
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
    WHEN ((to_jsonb(OLD) - ARRAY['stands', 'cleared_at']) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['stands', 'cleared_at'])
        OR OLD.cleared_at <> NEW.cleared_at OR (NEW.stands AND NOT OLD.stands))
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
        AND coalesce(sum(amount) FILTER (WHERE kind = 'advance'), 0) = head.advanced
        AND coalesce(sum(amount) FILTER (WHERE kind = 'fee'), 0) = -head.fees
        AND coalesce(sum(amount) FILTER (WHERE kind = 'claw_back'), 0) = -head.claw_backs
        AND coalesce(sum(amount) FILTER (WHERE kind = 'offset'), 0) = -head.offset
        AND coalesce(sum(amount) FILTER (WHERE kind = 'payout'), 0) = -head.amount
        AND count(*) FILTER (WHERE kind IN ('item', 'advance')) = head.count
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
# Paid ahead of the bank is only what a policy in force on the remittance's day allows, all that is open together.
AHEAD = """
CREATE FUNCTION cod_check_ahead() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE most numeric; open numeric;
BEGIN
    SELECT p."limit" INTO most FROM cod_advancepolicy p
        WHERE p.customer_id = NEW.merchant_id AND p.approved_at IS NOT NULL AND p.since <= NEW.day
            AND (p.ended_at IS NULL OR p.ended_at >= NEW.prepared_at) AND (p.until IS NULL OR p.until >= NEW.day) ORDER BY p.since DESC, p.id DESC LIMIT 1;
    SELECT sum(r.amount) INTO open FROM cod_remittancerow r JOIN cod_remittance m ON m.id = r.remittance_id
        WHERE m.merchant_id = NEW.merchant_id AND r.kind = 'advance' AND r.stands AND r.cleared_at IS NULL;
    IF most IS NULL OR open > most THEN
        RAISE EXCEPTION 'cod: no policy lets remittance % be paid ahead of the bank', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'remittance_ahead_by_policy';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER remittance_ahead_by_policy AFTER INSERT ON cod_remittance
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.advanced > 0) EXECUTE FUNCTION cod_check_ahead();
CREATE FUNCTION cod_check_ahead_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(DISTINCT a.person) FROM backoffice_approvalrequest r
            JOIN backoffice_approval a ON a.request_id = r.id AND a.decision = 'approved' AND a.sha256 = r.sha256
        WHERE r.kind = 'cod.advance_policy' AND r.state = 'approved'
            AND r.subject_type = 'cod.advancepolicy' AND r.subject_id = NEW.id::text) < 2 THEN
        RAISE EXCEPTION 'cod: two persons have not approved policy %', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_policy_by_two';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER advance_policy_by_two AFTER INSERT OR UPDATE ON cod_advancepolicy FOR EACH ROW
    WHEN (NEW.state = 'active') EXECUTE FUNCTION cod_check_ahead_policy();
CREATE TRIGGER advance_policy_moves BEFORE UPDATE ON cod_advancepolicy FOR EACH ROW
    WHEN (NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY['asked>active', 'asked>refused', 'active>ended'])
        OR (to_jsonb(OLD) - ARRAY['state', 'approved_at', 'ended_at', 'ended_by_id', 'end_reason'])
            IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['state', 'approved_at', 'ended_at', 'ended_by_id', 'end_reason']))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER advance_policy_begins BEFORE INSERT ON cod_advancepolicy FOR EACH ROW
    WHEN (NEW.state <> 'asked') EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER advance_policy_remains BEFORE DELETE ON cod_advancepolicy
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
AHEAD_BACK = """
DROP TRIGGER advance_policy_remains ON cod_advancepolicy;
DROP TRIGGER advance_policy_begins ON cod_advancepolicy;
DROP TRIGGER advance_policy_moves ON cod_advancepolicy;
DROP TRIGGER advance_policy_by_two ON cod_advancepolicy;
DROP TRIGGER remittance_ahead_by_policy ON cod_remittance;
DROP FUNCTION cod_check_ahead_policy(), cod_check_ahead();
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
    migrations.RunSQL(AHEAD, AHEAD_BACK),
]

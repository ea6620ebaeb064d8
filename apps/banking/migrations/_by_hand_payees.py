"""Payout accounts and payouts move by their tables only, keep what they say, and need the approvals."""

from django.db import migrations

from apps.core.sql import append_only

PAYEES = """
CREATE FUNCTION banking_payee_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Rows that the owner puts back as they were.
    IF current_setting('yipiao.maintenance', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN RETURN NEW; END IF;
    IF NEW.state <> 'requested' THEN
        RAISE EXCEPTION 'a payout account begins as asked for'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_begins_requested';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payee_begins BEFORE INSERT ON banking_payeeaccount
    FOR EACH ROW EXECUTE FUNCTION banking_payee_begins();

CREATE FUNCTION banking_payee_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    persons integer;
    approved timestamptz;
    called timestamptz;
BEGIN
    IF (NEW.customer_id, NEW.subject_type, NEW.subject_id, NEW.unit_id, NEW.purpose, NEW.version, NEW.holder, NEW.bank, NEW.branch, NEW.cnaps, NEW.number_index,
        NEW.tail, NEW.name_check, NEW.meanwhile, NEW.requested_at, NEW.source_key, NEW.created_by_id)
        IS DISTINCT FROM
       (OLD.customer_id, OLD.subject_type, OLD.subject_id, OLD.unit_id, OLD.purpose, OLD.version, OLD.holder, OLD.bank, OLD.branch, OLD.cnaps, OLD.number_index,
        OLD.tail, OLD.name_check, OLD.meanwhile, OLD.requested_at, OLD.source_key, OLD.created_by_id)
    THEN
        RAISE EXCEPTION 'a payout account is never changed: another account is another row'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_stays';
    END IF;
    IF (OLD.called_at IS NOT NULL AND NEW.called_at IS DISTINCT FROM OLD.called_at)
        OR (OLD.approved_at IS NOT NULL AND (NEW.approved_at, NEW.cooling_until)
            IS DISTINCT FROM (OLD.approved_at, OLD.cooling_until))
        OR (OLD.active_at IS NOT NULL AND NEW.active_at IS DISTINCT FROM OLD.active_at)
    THEN
        RAISE EXCEPTION 'the steps of a payout account are written once'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_steps_stay';
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF NOT (OLD.state, NEW.state) IN (
        ('requested', 'called_back'), ('requested', 'stopped'), ('requested', 'lapsed'),
        ('called_back', 'cooling'), ('called_back', 'stopped'), ('called_back', 'lapsed'),
        ('cooling', 'active'), ('cooling', 'stopped'), ('active', 'stopped'), ('active', 'ended'))
        -- A private person's is asked for and in use at once: two people see it with the payout itself.
        AND NOT (NEW.customer_id IS NULL AND OLD.state = 'requested' AND NEW.state = 'active')
    THEN
        RAISE EXCEPTION 'a payout account does not become % from %', NEW.state, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_moves';
    END IF;
    IF NEW.state = 'called_back' THEN
        SELECT max(at) INTO called FROM banking_payeecall WHERE payee_id = NEW.id AND outcome = 'confirmed';
        IF called IS NULL THEN
            RAISE EXCEPTION 'nobody confirmed this payout account on the phone'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_called_back';
        END IF;
    END IF;
    IF NEW.state = 'cooling' THEN
        SELECT count(DISTINCT a.person), max(a.decided_at) INTO persons, approved
        FROM backoffice_approvalrequest r JOIN backoffice_approval a ON a.request_id = r.id
        WHERE r.kind = 'banking.payee' AND r.subject_type = 'banking.payeeaccount' AND r.subject_id = NEW.id::text
            AND r.state = 'approved' AND a.decision = 'approved';
        IF persons < 2 OR NEW.approved_at < approved THEN
            RAISE EXCEPTION 'two people have not approved this payout account'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_approved_by_two';
        END IF;
    END IF;
    IF NEW.state = 'active' AND NEW.customer_id IS NOT NULL AND NOT (NEW.cooling_until <= statement_timestamp()
        AND NEW.active_at >= NEW.cooling_until)
    THEN
        RAISE EXCEPTION 'the waiting time of this payout account is not over'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_waits';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payee_moves BEFORE UPDATE ON banking_payeeaccount
    FOR EACH ROW EXECUTE FUNCTION banking_payee_moves();
CREATE TRIGGER payee_remains BEFORE DELETE ON banking_payeeaccount
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
PAYEES_BACK = """
DROP TRIGGER payee_remains ON banking_payeeaccount;
DROP TRIGGER payee_moves ON banking_payeeaccount;
DROP FUNCTION banking_payee_moves();
DROP TRIGGER payee_begins ON banking_payeeaccount;
DROP FUNCTION banking_payee_begins();
"""
PAYOUTS = """
CREATE FUNCTION banking_payout_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Rows that the owner puts back as they were.
    IF current_setting('yipiao.maintenance', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN RETURN NEW; END IF;
    IF NEW.state <> 'draft' THEN
        RAISE EXCEPTION 'a payout begins as a draft'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_begins_draft';
    END IF;
    IF NOT EXISTS (SELECT FROM banking_payeeaccount WHERE id = NEW.payee_id AND state = 'active'
        AND purpose = NEW.purpose)
    THEN
        RAISE EXCEPTION 'this account is not in use: nothing is paid to it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_payee_active';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payout_begins BEFORE INSERT ON banking_payout
    FOR EACH ROW EXECUTE FUNCTION banking_payout_begins();

CREATE FUNCTION banking_payout_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    persons integer;
BEGIN
    IF (NEW.number, NEW.purpose, NEW.subject_type, NEW.subject_id, NEW.payee_id, NEW.amount, NEW.account_id,
        NEW.note, NEW.content_sha, NEW.created_by_id)
        IS DISTINCT FROM
       (OLD.number, OLD.purpose, OLD.subject_type, OLD.subject_id, OLD.payee_id, OLD.amount, OLD.account_id,
        OLD.note, OLD.content_sha, OLD.created_by_id)
    THEN
        RAISE EXCEPTION 'a payout is never changed: a wrong one is called off'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_stays';
    END IF;
    IF (OLD.approval_id IS NOT NULL AND NEW.approval_id IS DISTINCT FROM OLD.approval_id)
        OR (OLD.file_id IS NOT NULL AND (NEW.file_id, NEW.file_row) IS DISTINCT FROM (OLD.file_id, OLD.file_row))
        OR (OLD.bank_line_id IS NOT NULL AND NEW.bank_line_id IS DISTINCT FROM OLD.bank_line_id)
        OR (OLD.return_line_id IS NOT NULL AND NEW.return_line_id IS DISTINCT FROM OLD.return_line_id)
    THEN
        RAISE EXCEPTION 'the steps of a payout are written once'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_steps_stay';
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF NOT (OLD.state, NEW.state) IN (
        ('draft', 'approving'), ('draft', 'released'), ('draft', 'cancelled'),
        ('approving', 'draft'), ('approving', 'released'), ('approving', 'cancelled'),
        ('released', 'sent'), ('released', 'cancelled'),
        ('sent', 'paid'), ('sent', 'returned'), ('sent', 'unclear'),
        ('unclear', 'paid'), ('unclear', 'returned'), ('paid', 'returned'))
    THEN
        RAISE EXCEPTION 'a payout does not become % from %', NEW.state, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_moves';
    END IF;
    IF NEW.state IN ('released', 'sent') THEN
        SELECT count(DISTINCT a.person) INTO persons
        FROM backoffice_approvalrequest r JOIN backoffice_approval a ON a.request_id = r.id
        WHERE r.id = NEW.approval_id AND r.state = 'approved' AND a.decision = 'approved'
            AND ((r.subject_type = 'banking.payout' AND r.subject_id = NEW.id::text AND r.sha256 = NEW.content_sha)
                OR (r.subject_type = NEW.subject_type AND r.subject_id = NEW.subject_id));
        IF persons < 2 THEN
            RAISE EXCEPTION 'two people have not approved this payout'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_approved_by_two';
        END IF;
        IF NOT EXISTS (SELECT FROM banking_payeeaccount WHERE id = NEW.payee_id AND state = 'active') THEN
            RAISE EXCEPTION 'this account is not in use: nothing is paid to it'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_payee_active';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payout_moves BEFORE UPDATE ON banking_payout
    FOR EACH ROW EXECUTE FUNCTION banking_payout_moves();
CREATE TRIGGER payout_remains BEFORE DELETE ON banking_payout
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
PAYOUTS_BACK = """
DROP TRIGGER payout_remains ON banking_payout;
DROP TRIGGER payout_moves ON banking_payout;
DROP FUNCTION banking_payout_moves();
DROP TRIGGER payout_begins ON banking_payout;
DROP FUNCTION banking_payout_begins();
"""

OPERATIONS = [
    append_only("banking_payeepaper"),
    append_only("banking_payeecall"),
    append_only("banking_payoutfile"),
    append_only("banking_payoutresult"),
    migrations.RunSQL(PAYEES, PAYEES_BACK),
    migrations.RunSQL(PAYOUTS, PAYOUTS_BACK),
]

"""Steps, papers and readings of an account change are written once; so is what a test deposit says."""

from django.db import migrations

from apps.core.sql import append_only

STAYS = """
CREATE TRIGGER deposit_test_stays BEFORE UPDATE ON account_changes_deposittest FOR EACH ROW
    WHEN (ROW(OLD.project_id, OLD.account_id, OLD.amount, OLD.sent, OLD.confirmed, OLD.arrived,
            OLD.at, OLD.by_id) IS DISTINCT FROM ROW(NEW.project_id, NEW.account_id, NEW.amount, NEW.sent,
            NEW.confirmed, NEW.arrived, NEW.at, NEW.by_id) OR OLD.struck_at IS NOT NULL)
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER deposit_test_remains BEFORE DELETE ON account_changes_deposittest
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
BACK = """
DROP TRIGGER deposit_test_remains ON account_changes_deposittest;
DROP TRIGGER deposit_test_stays ON account_changes_deposittest;
"""

# Whoever comes past the services: no other account is told without a project that two people approved,
# and no project moves without their approval, by the table, or before its time by the database's clock.
PROJECTS = """
CREATE FUNCTION account_changes_check_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE problem text;
BEGIN
    IF current_setting('yipiao.maintenance', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN RETURN NEW; END IF;
    IF OLD.state <> NEW.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'preparing>approving', 'preparing>called_off', 'approving>preparing', 'approving>approved',
        'approving>called_off', 'approved>preparing', 'approved>scheduled', 'approved>called_off',
        'scheduled>preparing', 'scheduled>transition', 'scheduled>called_off', 'transition>closed',
        'transition>rolled_back', 'closed>reported']) THEN
        problem := OLD.state || ' does not become ' || NEW.state;
    ELSIF NEW.state IN ('approved', 'scheduled', 'transition') AND NOT EXISTS (
        SELECT FROM backoffice_approvalrequest r WHERE r.kind = 'account_changes.account_change'
            AND r.subject_id = NEW.id::text AND r.state = 'approved') THEN
        problem := 'it is not approved';
    ELSIF OLD.state NOT IN ('preparing', 'approving', 'approved', 'scheduled')
        AND ROW(OLD.reason, OLD.scope, OLD.briefing, OLD.justification)
            IS DISTINCT FROM ROW(NEW.reason, NEW.scope, NEW.briefing, NEW.justification) THEN
        problem := 'it has started';
    ELSIF ROW(OLD.number, OLD.purpose, OLD.old_account_id) IS DISTINCT FROM ROW(NEW.number, NEW.purpose, NEW.old_account_id)
        OR (OLD.started_at IS NOT NULL AND ROW(OLD.new_account_id, OLD.started_at, OLD.since)
            IS DISTINCT FROM ROW(NEW.new_account_id, NEW.started_at, NEW.since)) THEN
        problem := 'its accounts and its start stay';
    ELSIF OLD.earliest_start IS NOT NULL AND NEW.earliest_start < OLD.earliest_start THEN
        problem := 'the waiting time is not shortened';
    ELSIF OLD.started_at IS NOT NULL AND NEW.accept_until < OLD.accept_until THEN
        problem := 'a transition is not shortened';
    ELSIF GREATEST(NEW.approved_at, NEW.started_at, NEW.closed_at) > clock_timestamp() + interval '1 minute' THEN
        problem := 'that is still to come';
    END IF;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'account change %: %', OLD.number, problem
            USING ERRCODE = 'check_violation', CONSTRAINT = 'change_moves_as_approved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER change_moves_as_approved BEFORE UPDATE ON account_changes_changeproject
    FOR EACH ROW EXECUTE FUNCTION account_changes_check_change();
CREATE TRIGGER change_remains BEFORE DELETE ON account_changes_changeproject
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();

CREATE FUNCTION account_changes_check_new_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'preparing' THEN
        RAISE EXCEPTION 'account change %: it begins by being prepared', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'change_moves_as_approved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER change_begins BEFORE INSERT ON account_changes_changeproject
    FOR EACH ROW EXECUTE FUNCTION account_changes_check_new_change();

CREATE FUNCTION account_changes_check_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE assigned bigint; money bigint; assigned_money bigint;
BEGIN
    SELECT account_id INTO assigned FROM banking_accountassignment
        WHERE purpose = NEW.purpose AND since < NEW.since
            AND (customer_id = NEW.customer_id OR customer_id IS NULL)
        ORDER BY customer_id NULLS LAST, since DESC LIMIT 1;
    SELECT coalesce(parent_id, id) INTO money FROM banking_bankaccount WHERE id = NEW.account_id;
    SELECT coalesce(parent_id, id) INTO assigned_money FROM banking_bankaccount WHERE id = assigned;
    IF NEW.accept_until IS NULL AND (assigned IS NULL OR money = assigned_money) THEN RETURN NULL; END IF;
    PERFORM FROM account_changes_changeproject p
        JOIN banking_bankaccount o ON o.id = p.old_account_id
        WHERE p.number = NEW.project AND p.purpose = NEW.purpose
            AND ((p.started_at = NEW.since AND money = p.new_account_id)
                OR (p.state = 'rolled_back' AND p.ended_at = NEW.since AND money = coalesce(o.parent_id, o.id))
                OR (money = assigned_money AND p.accept_until = NEW.accept_until));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'assignment % tells another account without an approved account change', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_by_approved_change';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER assignment_by_approved_change AFTER INSERT ON banking_accountassignment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION account_changes_check_assignment();

CREATE FUNCTION account_changes_check_accepting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.accept_until IS NULL OR NOT EXISTS (
        SELECT FROM account_changes_changeproject p WHERE p.purpose = NEW.purpose AND (p.accept_until = NEW.accept_until
            OR (p.state = 'rolled_back' AND NEW.accept_until <= p.ended_at + interval '31 days'
                AND p.new_account_id = (SELECT coalesce(parent_id, id) FROM banking_bankaccount WHERE id = NEW.account_id)))
    ) THEN
        RAISE EXCEPTION 'assignment %: until when an account is accepted says an account change', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accepted_as_long_as_the_change_says';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER accepted_as_long_as_the_change_says
    AFTER UPDATE OF accept_until ON banking_accountassignment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.accept_until IS DISTINCT FROM NEW.accept_until)
    EXECUTE FUNCTION account_changes_check_accepting();
"""
NO_PROJECTS = """
DROP TRIGGER accepted_as_long_as_the_change_says ON banking_accountassignment;
DROP TRIGGER assignment_by_approved_change ON banking_accountassignment;
DROP TRIGGER change_begins ON account_changes_changeproject;
DROP TRIGGER change_remains ON account_changes_changeproject;
DROP TRIGGER change_moves_as_approved ON account_changes_changeproject;
DROP FUNCTION account_changes_check_accepting(), account_changes_check_assignment(), account_changes_check_new_change(), account_changes_check_change();
"""

OPERATIONS = [
    append_only("account_changes_changestep"),
    append_only("account_changes_changepaper"),
    append_only("account_changes_readconfirmation"),
    append_only("account_changes_oldaccountuse"),
    migrations.RunSQL(STAYS, BACK),
    migrations.RunSQL(PROJECTS, NO_PROJECTS),
]

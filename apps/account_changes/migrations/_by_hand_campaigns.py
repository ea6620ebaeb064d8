"""A notice stays as it was sent: its text, to whom, which account, which code. What has been announced is
not announced anew, nor is the account behind it exchanged."""

from django.db import migrations

from apps.core.sql import append_only

STAYS = """
CREATE TRIGGER recipient_stays BEFORE UPDATE ON account_changes_campaignrecipient FOR EACH ROW
    WHEN (ROW(OLD.campaign_id, OLD.supplement_id, OLD.customer_id, OLD.account_id, OLD.code_index)
        IS DISTINCT FROM ROW(NEW.campaign_id, NEW.supplement_id, NEW.customer_id, NEW.account_id, NEW.code_index))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER recipient_remains BEFORE DELETE ON account_changes_campaignrecipient
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER feedback_stays BEFORE UPDATE ON account_changes_feedback FOR EACH ROW
    WHEN (ROW(OLD.recipient_id, OLD.kind, OLD.source, OLD.given_at, OLD.given_by_id, OLD.case_id)
        IS DISTINCT FROM
        ROW(NEW.recipient_id, NEW.kind, NEW.source, NEW.given_at, NEW.given_by_id, NEW.case_id)
        OR OLD.answered_at IS NOT NULL)
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER feedback_remains BEFORE DELETE ON account_changes_feedback
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();

-- A customer joins a campaign in the transaction that sends it, or later with a supplement in the transaction that
-- sends that, or never.
CREATE FUNCTION account_changes_check_campaign() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE recipients bigint;
BEGIN
    SELECT count(*) INTO recipients FROM account_changes_campaignrecipient WHERE campaign_id = NEW.id AND supplement_id IS NULL;
    IF recipients <> NEW.customers THEN
        RAISE EXCEPTION 'account_changes: campaign % names % customers and says %', NEW.id, recipients, NEW.customers
            USING ERRCODE = 'check_violation', CONSTRAINT = 'campaign_adds_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER campaign_adds_up AFTER INSERT ON account_changes_campaign
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION account_changes_check_campaign();
CREATE FUNCTION account_changes_check_supplement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE recipients bigint;
BEGIN
    SELECT count(*) INTO recipients FROM account_changes_campaignrecipient
        WHERE supplement_id = NEW.id AND campaign_id = NEW.campaign_id;
    IF recipients <> NEW.customers THEN
        RAISE EXCEPTION 'account_changes: supplement % names % customers and says %', NEW.id, recipients, NEW.customers
            USING ERRCODE = 'check_violation', CONSTRAINT = 'supplement_adds_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER supplement_adds_up AFTER INSERT ON account_changes_campaignsupplement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION account_changes_check_supplement();
CREATE FUNCTION account_changes_refuse_late_supplement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM account_changes_campaign c JOIN account_changes_changeproject p ON p.id = c.project_id
        WHERE c.id = NEW.campaign_id AND p.state IN ('scheduled', 'transition') AND p.paused_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'account_changes: nobody is told of campaign % any more', NEW.campaign_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'supplement_in_time';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER supplement_in_time AFTER INSERT ON account_changes_campaignsupplement
    FOR EACH ROW EXECUTE FUNCTION account_changes_refuse_late_supplement();
CREATE FUNCTION account_changes_refuse_late_recipient() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE late bigint;
BEGIN
    SELECT n.campaign_id INTO late FROM (SELECT DISTINCT campaign_id FROM added WHERE supplement_id IS NULL) n
        JOIN account_changes_campaign c ON c.id = n.campaign_id
        WHERE (SELECT count(*) FROM account_changes_campaignrecipient r
            WHERE r.campaign_id = c.id AND r.supplement_id IS NULL) > c.customers LIMIT 1;
    IF NOT FOUND THEN
        SELECT n.campaign_id INTO late FROM (SELECT DISTINCT campaign_id, supplement_id FROM added
                WHERE supplement_id IS NOT NULL) n
            JOIN account_changes_campaignsupplement s ON s.id = n.supplement_id
            WHERE s.campaign_id <> n.campaign_id OR (SELECT count(*) FROM account_changes_campaignrecipient r
                WHERE r.supplement_id = s.id) > s.customers LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'account_changes: campaign % has gone out', late
            USING ERRCODE = 'check_violation', CONSTRAINT = 'campaign_adds_up';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER recipient_in_time AFTER INSERT ON account_changes_campaignrecipient REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION account_changes_refuse_late_recipient();

CREATE FUNCTION account_changes_refuse_other_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE announced timestamptz;
BEGIN
    SELECT since INTO announced FROM account_changes_campaign WHERE project_id = NEW.id;
    IF FOUND AND (NEW.new_account_id IS DISTINCT FROM OLD.new_account_id
        OR NEW.state IN ('preparing', 'approving', 'approved') OR NEW.since < announced) THEN
        RAISE EXCEPTION 'account_changes: customers were told of project % already', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'change_as_announced';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER change_as_announced AFTER UPDATE ON account_changes_changeproject FOR EACH ROW
    WHEN (OLD.new_account_id IS DISTINCT FROM NEW.new_account_id OR OLD.state IS DISTINCT FROM NEW.state
        OR OLD.since IS DISTINCT FROM NEW.since)
    EXECUTE FUNCTION account_changes_refuse_other_account();
"""
BACK = """
DROP TRIGGER change_as_announced ON account_changes_changeproject;
DROP TRIGGER recipient_in_time ON account_changes_campaignrecipient;
DROP TRIGGER supplement_in_time ON account_changes_campaignsupplement;
DROP TRIGGER supplement_adds_up ON account_changes_campaignsupplement;
DROP TRIGGER campaign_adds_up ON account_changes_campaign;
DROP TRIGGER feedback_remains ON account_changes_feedback;
DROP TRIGGER feedback_stays ON account_changes_feedback;
DROP TRIGGER recipient_remains ON account_changes_campaignrecipient;
DROP TRIGGER recipient_stays ON account_changes_campaignrecipient;
DROP FUNCTION account_changes_refuse_other_account(), account_changes_refuse_late_recipient(), account_changes_refuse_late_supplement(),
    account_changes_check_supplement(), account_changes_check_campaign();
"""

OPERATIONS = [
    append_only("account_changes_campaign"),
    append_only("account_changes_campaignsupplement"),
    append_only("account_changes_noticecheck"),
    migrations.RunSQL(STAYS, BACK),
]

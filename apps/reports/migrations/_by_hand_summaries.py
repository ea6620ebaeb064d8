"""What was closed, signed or sent stays as it was; a summary goes out under four signatures only (REP-2, REP-3)."""

from django.db import migrations

from apps.core.sql import append_only

STAYS = """
CREATE TRIGGER dailyreport_stays BEFORE UPDATE ON reports_dailyreport FOR EACH ROW
    WHEN (OLD.state = 'closed' AND (OLD.card_at IS NOT NULL OR NEW.card_at IS NULL
        OR (NEW.unit_id, NEW.day, NEW.state, NEW.remarks, NEW.content, NEW.sha256, NEW.closed_at, NEW.closed_by_id)
            IS DISTINCT FROM
           (OLD.unit_id, OLD.day, OLD.state, OLD.remarks, OLD.content, OLD.sha256, OLD.closed_at, OLD.closed_by_id)))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER dailyreport_kept BEFORE DELETE ON reports_dailyreport FOR EACH ROW
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE FUNCTION reports_summary_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Rows that the owner puts back as they were.
    IF current_setting('yipiao.maintenance', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN RETURN NEW; END IF;
    IF (NEW.number, NEW.customer_id, NEW.month) IS DISTINCT FROM (OLD.number, OLD.customer_id, OLD.month) THEN
        RAISE EXCEPTION 'a summary stays that of its customer and month' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'sent' THEN
        IF NEW IS DISTINCT FROM OLD AND (NEW.state, NEW.content, NEW.sha256, NEW.round, NEW.frozen_at, NEW.sent_at,
                NEW.sent_by_id, NEW.written_at, NEW.written_by_id, NEW.written_for_id)
            IS DISTINCT FROM (OLD.state, OLD.content, OLD.sha256, OLD.round, OLD.frozen_at, OLD.sent_at,
                OLD.sent_by_id, OLD.written_at, OLD.written_by_id, OLD.written_for_id)
        THEN RAISE EXCEPTION 'a summary that was sent stays' USING ERRCODE = 'check_violation'; END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'draft' AND NEW.state <> 'draft' AND (NEW.content, NEW.sha256, NEW.round, NEW.frozen_at)
        IS DISTINCT FROM (OLD.content, OLD.sha256, OLD.round, OLD.frozen_at)
    THEN
        RAISE EXCEPTION 'what is being signed is not changed' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'draft' AND NEW.state = 'draft' AND NEW.round <> OLD.round + 1 THEN
        RAISE EXCEPTION 'a draft again is a new round' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state IN ('signed', 'sent') AND NEW.state <> OLD.state AND 3 > (
        SELECT count(DISTINCT a.person) FROM backoffice_approvalrequest r
        JOIN backoffice_approval a ON a.request_id = r.id AND a.decision = 'approved' AND a.sha256 = r.sha256
        WHERE r.kind = 'reports.summary' AND r.subject_type = 'reports.summary' AND r.subject_id = NEW.id::text
            AND r.state = 'approved' AND r.sha256 = NEW.sha256 AND a.person <> ALL (r.maker_persons)
    ) THEN
        RAISE EXCEPTION 'a summary is signed by four people over one content' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER summary_check BEFORE UPDATE ON reports_summary FOR EACH ROW
    EXECUTE FUNCTION reports_summary_check();
CREATE TRIGGER summary_kept BEFORE DELETE ON reports_summary FOR EACH ROW
    EXECUTE FUNCTION yipiao_refuse_change();
"""
BACK = """
DROP TRIGGER summary_kept ON reports_summary;
DROP TRIGGER summary_check ON reports_summary;
DROP FUNCTION reports_summary_check();
DROP TRIGGER dailyreport_kept ON reports_dailyreport;
DROP TRIGGER dailyreport_stays ON reports_dailyreport;
"""
OPERATIONS = [
    append_only("reports_summarylook"),
    append_only("reports_summarysending"),
    append_only("reports_summaryreceipt"),
    migrations.RunSQL(STAYS, BACK),
]

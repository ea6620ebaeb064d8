"""What is written once; what was decided stays; who was notified remains."""

from django.db import migrations

from apps.core.sql import append_only

STAYS = """
CREATE TRIGGER incident_stays BEFORE UPDATE ON incidents_incident FOR EACH ROW
    WHEN (OLD.state IN ('closed', 'withdrawn') AND OLD.work_since IS NOT DISTINCT FROM NEW.work_since)
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER drill_stays BEFORE UPDATE ON incidents_drill FOR EACH ROW
    WHEN (OLD.held_at IS NOT NULL) EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER incident_recipient_stays BEFORE UPDATE ON incidents_noticerecipient FOR EACH ROW
    WHEN (ROW(OLD.notice_id, OLD.customer_id, OLD.phone_index, OLD.waybill_id, OLD.notified_at)
        IS DISTINCT FROM ROW(NEW.notice_id, NEW.customer_id, NEW.phone_index, NEW.waybill_id, NEW.notified_at))
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER incident_recipient_remains BEFORE DELETE ON incidents_noticerecipient
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
"""
BACK = """
DROP TRIGGER incident_recipient_remains ON incidents_noticerecipient;
DROP TRIGGER incident_recipient_stays ON incidents_noticerecipient;
DROP TRIGGER drill_stays ON incidents_drill;
DROP TRIGGER incident_stays ON incidents_incident;
"""
OPERATIONS = [
    *(
        append_only(f"incidents_{table}")
        for table in ("planversion", "planstep", "drillfinding", "scope", "incidentnotice")
    ),
    migrations.RunSQL(STAYS, BACK),
]

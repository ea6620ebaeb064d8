"""A case's clocks wait exactly as long as the case does, and the database sees to it."""

from django.db import migrations

# Withdrawn while they waited, cases used to leave the wait open.
END_WAITS = """
UPDATE sla_interval i SET until = greatest(i.since, c.solved_at), until_by_id = c.solved_by_id
FROM sla_matter m JOIN complaints_case c ON c.id::text = m.subject_id
WHERE i.matter_id = m.id AND m.subject_type = 'complaints.case' AND m.key = ''
    AND i.kind = 'waiting_customer' AND i.until IS NULL
    AND c.state <> 'waiting' AND c.solved_at IS NOT NULL
"""
# Looked at when the transaction ends: the state moves first, then the clocks are told.
GUARD = """
CREATE FUNCTION complaints_case_wait_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM complaints_case c
        JOIN sla_matter m ON m.subject_type = 'complaints.case' AND m.subject_id = c.id::text
            AND m.key = ''
        WHERE c.id = NEW.id AND (c.state = 'waiting') <> EXISTS (
            SELECT FROM sla_interval i
            WHERE i.matter_id = m.id AND i.kind = 'waiting_customer' AND i.until IS NULL))
    THEN RAISE EXCEPTION 'the clocks of case % do not wait as the case does', NEW.number
        USING ERRCODE = 'check_violation', CONSTRAINT = 'complaints_case_wait_agrees';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER complaints_case_wait_agrees
    AFTER UPDATE OF state ON complaints_case DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION complaints_case_wait_agrees();
"""
UNGUARD = """
DROP TRIGGER complaints_case_wait_agrees ON complaints_case;
DROP FUNCTION complaints_case_wait_agrees();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0011_words_of_chats_and_meetings"),
        ("sla", "0005_fired_by_day"),
    ]

    operations = [
        migrations.RunSQL(END_WAITS, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, UNGUARD),
    ]

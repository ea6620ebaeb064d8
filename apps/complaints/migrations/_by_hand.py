"""Conversations are written once, a case's clocks wait as the case does; the causes and rules a new installation starts with."""

from typing import Any

from django.db import migrations

from apps.complaints.seeding import plant_causes, plant_rules
from apps.core.first_rows import FirstRows
from apps.core.sql import append_only

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


def sow(apps: Any, schema_editor: Any) -> None:
    def rows(name: str) -> Any:
        return apps.get_model("complaints", name).objects

    plant_causes(rows("CauseNode"))
    plant_rules(rows("MajorRule"), rows("AssignmentRule"))


OPERATIONS = [
    append_only("complaints_caseentry"),
    append_only("complaints_casefile"),
    migrations.RunSQL(GUARD, UNGUARD),
    FirstRows(sow),
]

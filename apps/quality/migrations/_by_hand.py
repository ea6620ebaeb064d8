"""Evidence, and what a report said before, are written once; a quarterly analysis ends in an action."""

from django.db import migrations

from apps.core.sql import append_only

# Looked at when the transaction ends: the analysis is written first, then its action.
GUARD = """
CREATE FUNCTION quality_analysis_has_action() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM quality_correctiveaction WHERE analysis_id = NEW.id) THEN
        RAISE EXCEPTION 'the analysis of % ends in no action', NEW.quarter
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_analysis_has_action';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER quality_analysis_has_action
    AFTER INSERT ON quality_quarterlyanalysis DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION quality_analysis_has_action();
"""
UNGUARD = """
DROP TRIGGER quality_analysis_has_action ON quality_quarterlyanalysis;
DROP FUNCTION quality_analysis_has_action();
"""
OPERATIONS = [
    append_only("quality_reportchange"),
    append_only("quality_evidence"),
    append_only("quality_partycontact"),
    migrations.RunSQL(GUARD, UNGUARD),
]

"""Policies are written once; the one a new installation starts with; what calls and phones lead to is looked
for by the set."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import migrations

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only


def plant(apps: Any, _schema: Any) -> None:
    """Hung up within 5 s is not counted, within 20 s is prompt, 98 % is the goal (CMP-10)."""
    apps.get_model("hotline", "AnswerPolicy").objects.get_or_create(
        since=date(2000, 1, 1), defaults={"at": datetime(2000, 1, 1, tzinfo=UTC)}
    )


# A phone's call is looked for once for all that a statement writes, which a foreign key does row by row
# (docs/adr/0035): calls therefore stay.
LEGS = """
CREATE FUNCTION hotline_leg_call_there() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE odd bigint;
BEGIN
    SELECT f.call_id INTO odd FROM (SELECT DISTINCT call_id FROM fresh) f LEFT JOIN hotline_call c ON c.id = f.call_id
        WHERE c.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'hotline: there is no call %', odd
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'leg_call_there';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER leg_call_there AFTER INSERT ON hotline_leg REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION hotline_leg_call_there();
CREATE TRIGGER leg_call_stays BEFORE UPDATE OF call_id ON hotline_leg
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER call_kept BEFORE DELETE OR UPDATE OF id ON hotline_call
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER call_kept_table BEFORE TRUNCATE ON hotline_call
    FOR EACH STATEMENT EXECUTE FUNCTION yipiao_refuse_change();
"""
NO_LEGS = """
DROP TRIGGER call_kept_table ON hotline_call;
DROP TRIGGER call_kept ON hotline_call;
DROP TRIGGER leg_call_stays ON hotline_leg;
DROP TRIGGER leg_call_there ON hotline_leg;
DROP FUNCTION hotline_leg_call_there();
"""

# The same for the phone system of a call: all calls of a file have one, and a foreign key would look for it and lock
# it once for each.
SYSTEMS = """
CREATE FUNCTION hotline_call_system_there() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE odd bigint;
BEGIN
    SELECT f.system_id INTO odd FROM (SELECT DISTINCT system_id FROM fresh WHERE system_id IS NOT NULL) f
        LEFT JOIN hotline_phonesystem s ON s.id = f.system_id WHERE s.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'hotline: there is no phone system %', odd
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'call_system_there';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER call_system_there AFTER INSERT ON hotline_call REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION hotline_call_system_there();
CREATE TRIGGER call_system_stays BEFORE UPDATE OF system_id ON hotline_call FOR EACH ROW
    WHEN (OLD.system_id IS DISTINCT FROM NEW.system_id) EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER phone_system_kept BEFORE DELETE OR UPDATE OF id ON hotline_phonesystem FOR EACH ROW
    EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER phone_system_kept_table BEFORE TRUNCATE ON hotline_phonesystem
    FOR EACH STATEMENT EXECUTE FUNCTION yipiao_refuse_change();
"""
NO_SYSTEMS = """
DROP TRIGGER phone_system_kept_table ON hotline_phonesystem;
DROP TRIGGER phone_system_kept ON hotline_phonesystem;
DROP TRIGGER call_system_stays ON hotline_call;
DROP TRIGGER call_system_there ON hotline_call;
DROP FUNCTION hotline_call_system_there();
"""

OPERATIONS = [
    append_only("hotline_answerpolicy"),
    migrations.RunSQL(LEGS, NO_LEGS),
    migrations.RunSQL(SYSTEMS, NO_SYSTEMS),
    FirstRows(plant),
]

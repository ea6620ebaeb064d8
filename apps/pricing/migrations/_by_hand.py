"""Active versions never change: neither they nor their rows. Tax classes are written once."""

from typing import Any

from django.db import migrations

from apps.core.sql import append_only

# Only the owner's declared maintenance may pass, as with append-only tables (core.sql).
_MAINTENANCE = """
    IF current_setting('yipiao.maintenance', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN RETURN COALESCE(NEW, OLD); END IF;
"""
_REFUSE = """
        RAISE EXCEPTION 'an active tariff version never changes: % of % is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
"""
FUNCTIONS = f"""
CREATE FUNCTION pricing_refuse_change_of_active() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_MAINTENANCE}
    IF OLD.state = 'active' THEN {_REFUSE} END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

-- The lock waits for whoever is publishing the version just now.
CREATE FUNCTION pricing_refuse_part_of_active() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    version_state text;
BEGIN
    {_MAINTENANCE}
    IF TG_OP <> 'INSERT' THEN
        SELECT state INTO version_state FROM pricing_tariffversion WHERE id = OLD.version_id FOR KEY SHARE;
        IF version_state = 'active' THEN {_REFUSE} END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT state INTO version_state FROM pricing_tariffversion WHERE id = NEW.version_id FOR KEY SHARE;
        IF version_state = 'active' THEN {_REFUSE} END IF;
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

CREATE FUNCTION pricing_refuse_band_of_active() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    version_state text;
    components bigint[];
BEGIN
    {_MAINTENANCE}
    IF TG_OP <> 'INSERT' THEN components := components || OLD.component_id; END IF;
    IF TG_OP <> 'DELETE' THEN components := components || NEW.component_id; END IF;
    FOR version_state IN
        SELECT v.state FROM pricing_tariffversion v JOIN pricing_component c ON c.version_id = v.id
        WHERE c.id = ANY (components) FOR KEY SHARE OF v
    LOOP
        IF version_state = 'active' THEN {_REFUSE} END IF;
    END LOOP;
    RETURN COALESCE(NEW, OLD);
END $$;
"""
PARTS = ("zone", "zonerule", "segment", "weightstep", "component", "monthlytier")


def _trigger(table: str, when: str, function: str) -> str:
    return (
        f"CREATE TRIGGER active_never_changes BEFORE {when} ON pricing_{table}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}();\n"
    )


TRIGGERS = (
    _trigger("tariffversion", "UPDATE OR DELETE", "pricing_refuse_change_of_active")
    + "".join(
        _trigger(table, "INSERT OR UPDATE OR DELETE", "pricing_refuse_part_of_active")
        for table in PARTS
    )
    + _trigger("componentband", "INSERT OR UPDATE OR DELETE", "pricing_refuse_band_of_active")
)
UNDO = "".join(
    f"DROP TRIGGER active_never_changes ON pricing_{table};\n"
    for table in ("tariffversion", *PARTS, "componentband")
) + "".join(
    f"DROP FUNCTION pricing_refuse_{what}_of_active();\n" for what in ("change", "part", "band")
)

OPERATIONS: list[Any] = [
    migrations.RunSQL(FUNCTIONS + TRIGGERS, UNDO),
    append_only("pricing_taxclass"),
]

"""SQL that migrations share."""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION yipiao_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only the owner's maintenance may pass (emptying a test database, dropping what the
    -- retention rule releases), and it must say so for its own session.
    IF current_setting('yipiao.maintenance', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN RETURN COALESCE(NEW, OLD); END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE of ``table``, whoever asks.

    The second of two locks: the application's role has no such privilege in the first place.
    Row triggers on a partitioned table reach its partitions too.
    """
    return migrations.RunSQL(
        sql=f"""{_FUNCTION}
CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION yipiao_refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION yipiao_refuse_change();
""",
        reverse_sql=f"""
DROP TRIGGER append_only_row ON {table};
DROP TRIGGER append_only_table ON {table};
""",
    )

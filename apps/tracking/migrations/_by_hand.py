"""The table of scans, partitioned by month of issue, and what the ORM cannot say."""

from django.db import migrations

from apps.core.sql import append_only

TABLE = """
CREATE SEQUENCE tracking_trackingevent_id_seq AS bigint;
CREATE TABLE tracking_trackingevent (
    id bigint NOT NULL DEFAULT nextval('tracking_trackingevent_id_seq'),
    issued_month date NOT NULL,
    waybill_id bigint NOT NULL,
    source varchar(40) NOT NULL,
    source_id varchar(80) NOT NULL DEFAULT '',
    dedupe_key uuid NOT NULL,
    content_hash uuid NOT NULL,
    revision integer NOT NULL DEFAULT 0,
    supersedes_id bigint,
    is_withdrawal boolean NOT NULL DEFAULT false,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    code varchar(50) NOT NULL,
    status varchar(30) NOT NULL,
    reason varchar(30) NOT NULL DEFAULT '',
    strength smallint NOT NULL,
    rank smallint NOT NULL,
    place varchar(120) NOT NULL DEFAULT '',
    city varchar(40) NOT NULL DEFAULT '',
    text varchar(500) NOT NULL DEFAULT '',
    unit_id bigint,
    carrier_id bigint,
    by_id bigint NOT NULL,
    CONSTRAINT tracking_trackingevent_pkey
        PRIMARY KEY (waybill_id, source, dedupe_key, issued_month),
    -- Both columns: an event can only lie in the month of its own waybill.
    CONSTRAINT trackingevent_waybill_month
        FOREIGN KEY (waybill_id, issued_month) REFERENCES tracking_waybill (id, issued_month),
    CONSTRAINT trackingevent_withdrawal_names_event
        CHECK (NOT is_withdrawal OR supersedes_id IS NOT NULL)
) PARTITION BY RANGE (issued_month);
ALTER SEQUENCE tracking_trackingevent_id_seq OWNED BY tracking_trackingevent.id;
"""

# The application's role may not create tables, so the owner lends it this one act. Attaching
# a ready table does not stop readers and writers of the other months.
PARTITIONS = """
CREATE FUNCTION tracking_make_partition(wanted date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', wanted)::date;
    name text := 'tracking_trackingevent_' || to_char(first, 'YYYY_MM');
BEGIN
    IF first < DATE '2000-01-01' OR first > CURRENT_DATE + INTERVAL '1 year' THEN
        RAISE EXCEPTION 'no shipments are kept for %', first USING ERRCODE = 'check_violation';
    END IF;
    IF to_regclass('public.' || name) IS NOT NULL THEN RETURN false; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('tracking_make_partition'));
    IF to_regclass('public.' || name) IS NOT NULL THEN RETURN false; END IF;
    EXECUTE format(
        'CREATE TABLE public.%I (LIKE public.tracking_trackingevent
            INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    EXECUTE format(
        'ALTER TABLE public.tracking_trackingevent ATTACH PARTITION public.%I
            FOR VALUES FROM (%L) TO (%L)',
        name, first, (first + INTERVAL '1 month')::date);
    -- Row triggers come with the attachment; this one does not.
    EXECUTE format(
        'CREATE TRIGGER append_only_table BEFORE TRUNCATE ON public.%I
            FOR EACH STATEMENT EXECUTE FUNCTION yipiao_refuse_change()', name);
    RETURN true;
END $$;
"""

AHEAD = """
SELECT tracking_make_partition((CURRENT_DATE + make_interval(months => n))::date)
FROM generate_series(-1, 2) AS n;
"""

# Room on each page for the row a scan rewrites, so that no index is touched.
FILLFACTOR = "ALTER TABLE tracking_waybill SET (fillfactor = 70);"


OPERATIONS = [
    migrations.RunSQL(TABLE, "DROP TABLE tracking_trackingevent;"),
    append_only("tracking_trackingevent"),
    migrations.RunSQL(PARTITIONS, "DROP FUNCTION tracking_make_partition(date);"),
    migrations.RunSQL(AHEAD, migrations.RunSQL.noop),
    migrations.RunSQL(FILLFACTOR, "ALTER TABLE tracking_waybill RESET (fillfactor);"),
    append_only("tracking_proofofdelivery"),
    append_only("tracking_proofphoto"),
    append_only("tracking_returndocumentmove"),
    append_only("tracking_promisechange"),
    append_only("tracking_stageassignment"),
    # Reports and sheets read shipments by day of issue; rows lie in that order, and a block range
    # index costs a scan nothing.
    migrations.RunSQL(
        "CREATE INDEX waybill_issued_brin ON tracking_waybill USING brin (issued_at)",
        "DROP INDEX waybill_issued_brin",
    ),
    # Seals read what was written since the last one, by id; rows lie in that order.
    migrations.RunSQL(
        "CREATE INDEX trackingevent_id_brin ON tracking_trackingevent USING brin (id) WITH (pages_per_range = 32)",
        "DROP INDEX trackingevent_id_brin",
    ),
]

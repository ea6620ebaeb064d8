"""The events table: partitioned, append-only, made by hand because Django knows no partitions."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

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


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(TABLE, "DROP TABLE tracking_trackingevent;"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="TrackingEvent",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("issued_month", models.DateField(verbose_name="month of issue")),
                        ("source", models.CharField(max_length=40, verbose_name="source")),
                        (
                            "source_id",
                            models.CharField(
                                blank=True, default="", max_length=80, verbose_name="source's id"
                            ),
                        ),
                        ("dedupe_key", models.UUIDField(verbose_name="identity")),
                        (
                            "content_hash",
                            models.UUIDField(verbose_name="fingerprint of the content"),
                        ),
                        ("revision", models.IntegerField(default=0, verbose_name="revision")),
                        (
                            "supersedes_id",
                            models.BigIntegerField(null=True, verbose_name="supersedes"),
                        ),
                        (
                            "is_withdrawal",
                            models.BooleanField(default=False, verbose_name="withdraws"),
                        ),
                        ("occurred_at", models.DateTimeField(verbose_name="when")),
                        (
                            "recorded_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                verbose_name="recorded at",
                            ),
                        ),
                        ("code", models.CharField(max_length=50, verbose_name="scan")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("created", "Entered"),
                                    ("awaiting_pickup", "Awaiting pickup"),
                                    ("pickup_failed", "Pickup failed"),
                                    ("picked_up", "Picked up"),
                                    ("in_transit", "In transit"),
                                    ("arrived_dest_city", "Arrived in destination city"),
                                    ("redirected", "Redirected"),
                                    ("handed_to_other_carrier", "Handed to another carrier"),
                                    ("out_for_delivery", "Out for delivery"),
                                    ("ready_for_pickup", "Ready to collect"),
                                    ("delivered", "Delivered"),
                                    ("attempt_failed", "Delivery attempt failed"),
                                    ("refused", "Refused by consignee"),
                                    ("exception", "Exception"),
                                    ("late", "Delayed"),
                                    ("customs", "In customs"),
                                    ("intercepted", "Intercepted"),
                                    ("cancelled", "Cancelled"),
                                    ("returning", "Returning to sender"),
                                    ("returned", "Returned to sender"),
                                    ("signback", "Return document on its way"),
                                    ("expired", "No news for a long time"),
                                ],
                                max_length=30,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("self", "signed by the consignee"),
                                    ("after_exception", "signed after a problem"),
                                    ("proxy", "signed by someone else for the consignee"),
                                    (
                                        "locker_or_station_collected",
                                        "collected from a locker or station",
                                    ),
                                    ("cod_collected", "signed, cash on delivery paid"),
                                    ("locker_or_station", "waiting in a locker or at a station"),
                                    ("new_address", "to a new address"),
                                    ("generic", "could not be delivered"),
                                    ("cannot_contact", "consignee absent or not reached"),
                                    ("business_closed", "business closed"),
                                    ("bad_address", "address wrong or incomplete"),
                                    ("out_of_area", "outside the delivery area"),
                                    ("held_at_branch", "held at the branch"),
                                    ("damaged", "damaged"),
                                    ("lost", "lost"),
                                    ("misrouted", "sent the wrong way"),
                                    ("not_collected_from_locker", "not collected from the locker"),
                                    ("no_update", "no scan for too long"),
                                    ("not_signed", "not signed in time"),
                                    ("weather", "weather"),
                                    ("pending", "waiting for customs"),
                                    ("processing", "being cleared"),
                                    ("released", "released by customs"),
                                    ("exception", "customs asks for more"),
                                    ("before_pickup", "before pickup"),
                                    ("signed_by_sender", "signed by the sender"),
                                    ("second_waybill", "under a second waybill number"),
                                    ("no_result", "the partner has no record"),
                                ],
                                default="",
                                max_length=30,
                                verbose_name="reason",
                            ),
                        ),
                        ("strength", models.SmallIntegerField(verbose_name="strength")),
                        ("rank", models.SmallIntegerField(verbose_name="rank")),
                        (
                            "place",
                            models.CharField(
                                blank=True, default="", max_length=120, verbose_name="place"
                            ),
                        ),
                        (
                            "city",
                            models.CharField(
                                blank=True, default="", max_length=40, verbose_name="city"
                            ),
                        ),
                        (
                            "text",
                            models.CharField(
                                blank=True,
                                default="",
                                max_length=500,
                                verbose_name="what was reported",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "carrier",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="tracking.partnercarrier",
                                verbose_name="partner carrier",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="accounts.unit",
                                verbose_name="unit",
                            ),
                        ),
                        (
                            "waybill",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="tracking.waybill",
                                verbose_name="waybill",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tracking event",
                        "verbose_name_plural": "tracking events",
                        "permissions": [
                            ("correct_trackingevent", "Can correct tracking events"),
                            (
                                "import_trackingevent",
                                "Can import tracking events from a spreadsheet",
                            ),
                        ],
                    },
                ),
            ],
        ),
        append_only("tracking_trackingevent"),
        migrations.RunSQL(PARTITIONS, "DROP FUNCTION tracking_make_partition(date);"),
        migrations.RunSQL(AHEAD, migrations.RunSQL.noop),
        migrations.RunSQL(FILLFACTOR, "ALTER TABLE tracking_waybill RESET (fillfactor);"),
    ]

from django.db import migrations

# "No record" weighs as little as "entered", so that a scan found later outweighs it; and the place
# that was last heard of was named by the last event, or by none.
SQL = """
UPDATE tracking_waybill SET status_strength = -1 WHERE status = 'expired' AND status_strength = 0;
UPDATE tracking_waybill SET last_place_at = last_event_at WHERE last_place <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0008_waybill_last_place_at")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]

"""What the ORM cannot say: append-only signatures and the numbers behind customer codes."""

from django.db import migrations

from apps.core.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        append_only("customers_handoversignature"),
        migrations.RunSQL(
            sql="CREATE SEQUENCE customers_code_number START 1001",
            reverse_sql="DROP SEQUENCE customers_code_number",
        ),
    ]

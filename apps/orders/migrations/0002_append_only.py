from django.db import migrations

from apps.core.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [append_only("orders_printrecord")]

from django.db import migrations

from apps.core.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("tracking", "0005_stage_assignments")]

    operations = [append_only("tracking_stageassignment")]

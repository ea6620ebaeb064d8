from django.db import migrations

from apps.core.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("sla", "0002_clocks")]

    operations = [
        append_only("sla_policyversion"),
        append_only("sla_target"),
        append_only("sla_step"),
        append_only("sla_fact"),
        append_only("sla_firedstep"),
    ]

"""What a clock remembers of the policies that applied to it before."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0006_corrected_facts")]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="missed_before",
            field=models.DateTimeField(editable=False, null=True, verbose_name="missed before"),
        ),
        migrations.AddField(
            model_name="clock",
            name="held_policies",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="held_starts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateTimeField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_policies__len", models.F("held_starts__len"))),
                name="sla_clock_held_agrees",
            ),
        ),
    ]

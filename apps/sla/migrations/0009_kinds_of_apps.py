"""What a clock can be about is announced by the apps; the tables hold no list of it (``apps.sla.kinds``)."""

from django.conf import settings
from django.db import migrations, models

import apps.sla.kinds


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_forms_move_down"),
        ("sla", "0008_delete_watcher"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="clock",
            name="sla_clock_choices_known",
        ),
        migrations.RemoveConstraint(
            model_name="matter",
            name="sla_matter_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="policy",
            name="sla_policy_kind_known",
        ),
        migrations.AlterField(
            model_name="clock",
            name="kind",
            field=models.CharField(
                choices=apps.sla.kinds.matter_kind_choices, max_length=20, verbose_name="kind"
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="kind",
            field=models.CharField(
                choices=apps.sla.kinds.matter_kind_choices, max_length=20, verbose_name="kind"
            ),
        ),
        migrations.AlterField(
            model_name="policy",
            name="kind",
            field=models.CharField(
                choices=apps.sla.kinds.matter_kind_choices, max_length=20, verbose_name="for"
            ),
        ),
        migrations.AlterField(
            model_name="policyepoch",
            name="kind",
            field=models.CharField(
                choices=apps.sla.kinds.matter_kind_choices,
                max_length=20,
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "metric__in",
                        [
                            "hand_over",
                            "report",
                            "first_word",
                            "response",
                            "plan_reply",
                            "solution",
                            "feedback",
                            "legal",
                            "order_processing",
                            "follow_up",
                            "promise",
                            "paperwork",
                            "action",
                        ],
                    ),
                    ("state__in", ["running", "paused", "met", "stopped"]),
                ),
                name="sla_clock_choices_known",
            ),
        ),
    ]

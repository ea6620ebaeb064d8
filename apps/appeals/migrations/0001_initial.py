import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("complaints", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "number",
                    models.CharField(
                        max_length=40, unique=True, verbose_name="number of the appeal"
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="received")),
                (
                    "answer_due_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="answer due, as printed"
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="authority answered"
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("established", "Responsibility established"),
                            ("not_established", "Responsibility not established"),
                            ("mediated", "Mediated"),
                        ],
                        max_length=16,
                        verbose_name="decision",
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="decided"),
                ),
                (
                    "decision_note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="what the authority says"
                    ),
                ),
                (
                    "answer",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="complaints.casefile",
                        verbose_name="our answer",
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeal",
                        to="complaints.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "appeal to the postal authority",
                "verbose_name_plural": "appeals to the postal authority",
                "ordering": ["-id"],
                "permissions": [("decide_appeal", "Can record what the postal authority decided")],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("decided_at__isnull", False)),
                        fields=["decided_at"],
                        name="appeal_by_decision",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__regex", "^[0-9A-Z][0-9A-Z()_/-]{3,39}$")),
                        name="appeal_number_tidy",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer_due_at__isnull", True),
                            ("answer_due_at__gt", models.F("received_at")),
                            _connector="OR",
                        ),
                        name="appeal_due_after_received",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer__isnull", True),
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                            ),
                            models.Q(
                                ("answer__isnull", False),
                                ("answered_at__gte", models.F("received_at")),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="appeal_answer_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("decision", ""),
                            ),
                            models.Q(
                                ("decided_at__gte", models.F("received_at")),
                                ("decided_by__isnull", False),
                                ("decision__in", ["established", "not_established", "mediated"]),
                            ),
                            _connector="OR",
                        ),
                        name="appeal_decision_complete",
                    ),
                ],
            },
        ),
    ]

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import apps.core.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0007_outside"),
        ("inquiries", "0003_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="inboundmessage",
            name="case",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.case",
                verbose_name="case",
            ),
        ),
        migrations.AlterField(
            model_name="inboundmessage",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Reply waiting to be sent"),
                    ("sending", "Reply being sent"),
                    ("answered", "Answered"),
                    ("case", "Dealt with in a case"),
                    ("ignored", "Not to be answered"),
                    ("unreadable", "Could not be read"),
                    ("failed", "Reply refused"),
                    ("unclear", "Unclear whether the reply went out"),
                ],
                default="answered",
                max_length=12,
                verbose_name="state",
            ),
        ),
        migrations.CreateModel(
            name="WeChatDialogue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("openid_index", models.CharField(editable=False, max_length=32, unique=True)),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("nothing", "nothing"),
                            ("what", "what happened"),
                            ("whether", "whether it is a complaint"),
                        ],
                        default="nothing",
                        max_length=10,
                        verbose_name="step",
                    ),
                ),
                ("draft", apps.core.crypto.EncryptedTextField(blank=True, default="")),
                (
                    "media",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("expires_at", models.DateTimeField(null=True, verbose_name="asked until")),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="complaints.case",
                        verbose_name="case",
                    ),
                ),
            ],
            options={
                "verbose_name": "WeChat dialogue",
                "verbose_name_plural": "WeChat dialogues",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expires_at__isnull", True), ("step", "nothing")),
                            models.Q(
                                models.Q(("step", "nothing"), _negated=True),
                                ("expires_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="wechat_dialogue_step_ends",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WeChatMedia",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("media_id", models.CharField(editable=False, max_length=200, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "To be fetched"),
                            ("fetched", "Fetched"),
                            ("failed", "Could not be fetched"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=60, verbose_name="reason")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="complaints.case",
                        verbose_name="case",
                    ),
                ),
            ],
            options={
                "verbose_name": "WeChat picture",
                "verbose_name_plural": "WeChat pictures",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="wechat_media_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_at__isnull", False), ("state", "waiting")),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True),
                                ("due_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="wechat_media_waiting_has_due",
                    )
                ],
            },
        ),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Files of forms come down from the floor of cases, with their table as it is."""

    dependencies = [
        ("accounts", "0006_form_submission"),
        ("complaints", "0007_outside"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="HeldFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("key", models.UUIDField(unique=True, verbose_name="key")),
                        ("path", models.CharField(max_length=120, verbose_name="file")),
                        ("name", models.CharField(max_length=160, verbose_name="file name")),
                        ("content_type", models.CharField(max_length=100, verbose_name="type")),
                        ("size", models.PositiveIntegerField(verbose_name="size (bytes)")),
                        ("keep_until", models.DateTimeField(verbose_name="kept until")),
                    ],
                    options={
                        "verbose_name": "file of a form",
                        "verbose_name_plural": "files of forms",
                        "db_table": "complaints_heldfile",
                        "default_permissions": (),
                        "indexes": [models.Index(fields=["keep_until"], name="heldfile_by_end")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("size__gt", 0)), name="heldfile_not_empty"
                            )
                        ],
                    },
                ),
            ],
        ),
        # Processes of the release before know no owner and leave it empty.
        migrations.AddField(
            model_name="heldfile",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
    ]

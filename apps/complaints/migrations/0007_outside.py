import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0006_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="caseentry",
            name="said_to",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.case",
            ),
        ),
        migrations.CreateModel(
            name="HeldFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                "verbose_name": "photo of a form",
                "verbose_name_plural": "photos of forms",
                "default_permissions": (),
                "indexes": [models.Index(fields=["keep_until"], name="heldfile_by_end")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="heldfile_not_empty"
                    )
                ],
            },
        ),
    ]

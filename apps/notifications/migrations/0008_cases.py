import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0007_outside"),
        ("customers", "0002_rules"),
        ("events", "0002_append_only"),
        ("notifications", "0007_calendar_missing"),
        ("tracking", "0004_alter_partnercarrier_is_active_and_more"),
    ]

    operations = [
        migrations.CreateModel(
            name="TalkWindow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address_index", models.CharField(editable=False, max_length=32, unique=True)),
                ("last_heard", models.DateTimeField(verbose_name="last heard from")),
            ],
            options={
                "verbose_name": "WeChat conversation",
                "verbose_name_plural": "WeChat conversations",
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="complaints.case",
                verbose_name="case",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("case__isnull", False)),
                fields=["case", "-id"],
                name="delivery_by_case",
            ),
        ),
    ]

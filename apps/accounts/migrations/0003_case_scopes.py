import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_duty"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("orders:read", "Read orders"),
                        ("orders:write", "Create and change orders"),
                        ("waybills:read", "Read waybills"),
                        ("events:read", "Read tracking events"),
                        ("events:write", "Send tracking events"),
                        ("cases:read", "Read cases"),
                        ("cases:write", "Open cases and write in them"),
                        ("webhooks:read", "Read webhook endpoints and events"),
                        ("webhooks:write", "Keep webhook endpoints and replay events"),
                        ("partner_feed", "Partner carrier feed"),
                    ],
                    max_length=30,
                ),
                size=None,
                verbose_name="may",
            ),
        ),
    ]

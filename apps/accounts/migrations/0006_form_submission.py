from django.db import migrations, models

import apps.core.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_api_key_networks"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormSubmission",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("answer", apps.core.crypto.EncryptedTextField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "submission of a form",
                "verbose_name_plural": "submissions of forms",
                "default_permissions": (),
            },
        ),
    ]

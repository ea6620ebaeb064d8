from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_case_scopes")]

    operations = [
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["name"], name="accounts_unit_by_name"),
        ),
    ]

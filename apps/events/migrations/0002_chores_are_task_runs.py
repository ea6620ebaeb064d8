"""The table of when each background task ran last gets the name of what it holds."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.RenameModel("Chore", "TaskRun"),
        migrations.AlterModelOptions(
            "TaskRun",
            {
                "default_permissions": (),
                "verbose_name": "background task",
                "verbose_name_plural": "background tasks",
            },
        ),
    ]

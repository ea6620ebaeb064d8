from django.db import migrations


class Migration(migrations.Migration):
    """Files of forms are kept by accounts now; the table stays."""

    dependencies = [
        ("accounts", "0007_held_file"),
        ("complaints", "0013_name_parts"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="HeldFile")],
        ),
    ]

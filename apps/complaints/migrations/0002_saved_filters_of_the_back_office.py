from django.db import migrations


class Migration(migrations.Migration):
    """What somebody saved of the list of cases is saved anew (docs/adr/0022)."""

    dependencies = [("complaints", "0001_initial"), ("backoffice", "0002_saved_filters")]

    operations = [migrations.DeleteModel(name="SavedFilter")]

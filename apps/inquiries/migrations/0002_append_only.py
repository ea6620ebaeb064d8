from django.db import migrations

from apps.core.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0001_initial")]

    operations = [append_only("inquiries_inquiry")]

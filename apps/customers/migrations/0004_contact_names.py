"""Contacts and saved places are found by (part of) a person's name."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_authorisations_by_clock")]

    operations = [
        migrations.AddIndex(
            model_name="contact",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["name"], name="contact_names", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="customersite",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["contact_name"], name="site_names", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]

"""Names of sender and consignee of a shipment found by their parts: the column, its index, and the rows that are there."""

from typing import Any

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

from apps.core.name_index import fill


def fill_names(apps: Any, schema_editor: Any) -> None:
    fill(
        apps.get_model("tracking", "Waybill")._base_manager,
        ("sender_name", "consignee_name"),
        "waybills.name",
    )


class Migration(migrations.Migration):
    atomic = False  # each batch of rows is committed by itself
    dependencies = [("tracking", "0009_no_record_outweighs_nothing")]

    operations = [
        migrations.AddField(
            model_name="waybill",
            name="name_parts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16),
                blank=True,
                default=list,
                editable=False,
                size=None,
            ),
        ),
        migrations.RunPython(fill_names, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="waybill",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["name_parts"], name="waybill_names"
            ),
        ),
    ]

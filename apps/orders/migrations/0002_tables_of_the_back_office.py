"""Order numbers and drafts stand in the back office's tables."""

from django.db import migrations

# What is there moves along: a day's numbers go on where they were, and nobody loses what they typed.
_MOVE = """
INSERT INTO backoffice_dayseries (prefix, day, last)
SELECT 'WO', day, last FROM orders_orderseries WHERE last > 0;
INSERT INTO backoffice_draft (kind, owner_id, key, subject_id, summary, form, updated_at)
SELECT 'orders.order', owner_id, key, '', summary, form, updated_at FROM orders_orderdraft;
"""
_MOVE_BACK = """
INSERT INTO orders_orderseries (day, last)
SELECT day, last FROM backoffice_dayseries WHERE prefix = 'WO';
INSERT INTO orders_orderdraft (owner_id, key, summary, form, updated_at)
SELECT owner_id, key, summary, form, updated_at FROM backoffice_draft WHERE kind = 'orders.order';
DELETE FROM backoffice_dayseries WHERE prefix = 'WO';
DELETE FROM backoffice_draft WHERE kind = 'orders.order';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0001_initial"),
        ("backoffice", "0003_day_series_drafts_counts"),
    ]

    operations = [
        migrations.RunSQL(_MOVE, _MOVE_BACK),
        migrations.DeleteModel(name="OrderSeries"),
        migrations.DeleteModel(name="OrderDraft"),
    ]

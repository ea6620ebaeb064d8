"""Numbers of cases and exceptions, and drafts, stand in the back office's tables."""

from django.db import migrations

# What is there moves along: a day's numbers go on where they were, and nobody loses what they typed.
_MOVE = """
INSERT INTO backoffice_dayseries (prefix, day, last)
SELECT prefix, day, last FROM complaints_numberseries;
INSERT INTO backoffice_draft (kind, owner_id, key, subject_id, summary, form, updated_at)
SELECT 'complaints.case', owner_id, key, coalesce(case_id::text, ''), summary, form, updated_at
FROM complaints_casedraft;
"""
_MOVE_BACK = """
INSERT INTO complaints_numberseries (prefix, day, last)
SELECT prefix, day, last FROM backoffice_dayseries WHERE prefix IN ('CS', 'EX');
INSERT INTO complaints_casedraft (owner_id, key, case_id, summary, form, updated_at)
SELECT owner_id, key, nullif(subject_id, '')::bigint, summary, form, updated_at
FROM backoffice_draft WHERE kind = 'complaints.case';
DELETE FROM backoffice_dayseries WHERE prefix IN ('CS', 'EX');
DELETE FROM backoffice_draft WHERE kind = 'complaints.case';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0001_initial"),
        ("backoffice", "0003_day_series_drafts_counts"),
    ]

    operations = [
        migrations.RunSQL(_MOVE, _MOVE_BACK),
        migrations.DeleteModel(name="NumberSeries"),
        migrations.DeleteModel(name="CaseDraft"),
    ]

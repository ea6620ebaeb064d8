"""Conversations, evidence and what a report said before are written once."""

from django.db import migrations

from apps.core.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_initial"), ("events", "0002_append_only")]

    operations = [
        append_only("complaints_caseentry"),
        append_only("complaints_casefile"),
        append_only("complaints_reportchange"),
        append_only("complaints_evidence"),
    ]

"""Append-only signatures, and the numbers behind customer codes."""

from django.db import migrations

from apps.core.sql import append_only

OPERATIONS = [
    append_only("customers_handoversignature"),
    migrations.RunSQL(
        "CREATE SEQUENCE customers_code_number START 1001",
        "DROP SEQUENCE customers_code_number",
    ),
]

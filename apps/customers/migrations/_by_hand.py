"""The numbers behind customer codes."""

from django.db import migrations

OPERATIONS = [
    migrations.RunSQL(
        "CREATE SEQUENCE customers_code_number START 1001",
        "DROP SEQUENCE customers_code_number",
    ),
]

"""Re-encrypt every encrypted field and every stored file with the newest key of FIELD_KEYS.

Run after a key was put first, before the old one is taken out. It can be stopped and run again:
what is under the newest key is passed over. Append-only tables keep their old values, so their
keys must stay.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand
from django.db import connection, models, transaction
from psycopg2 import sql

from apps.core.crypto import EncryptedTextField, current_key_id, decrypt, encrypt
from apps.core.models import AppendOnly
from apps.core.storage import DamagedFile


class Command(BaseCommand):
    help = "Re-encrypt every encrypted field and stored file with the newest key of FIELD_KEYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows per transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            fields = [f for f in model._meta.local_fields if isinstance(f, EncryptedTextField)]
            if not fields:
                continue
            table = model._meta.db_table
            if issubclass(model, AppendOnly):
                self.stdout.write(f"{table}: append-only, keeps its keys")
                continue
            for field in fields:
                count = 0
                while done := _rotate(model, field, options["batch"]):
                    count += done
                self.stdout.write(f"{table}.{field.column}: {count} values re-encrypted")
        self._rotate_files()

    def _rotate_files(self) -> None:
        count = 0
        root = Path(default_storage.path(""))
        for path in (path for path in root.rglob("*") if path.is_file()):
            try:
                count += default_storage.renew(path.relative_to(root).as_posix())  # type: ignore[attr-defined]  # ours
            except FileNotFoundError:
                continue  # purged meanwhile
            except (DamagedFile, ValueError) as problem:
                self.stderr.write(f"{path}: {problem}")
        self.stdout.write(f"stored files: {count} re-encrypted")


@transaction.atomic
def _rotate(model: type[models.Model], field: EncryptedTextField, batch: int) -> int:
    """Re-encrypt up to ``batch`` values that lie under another key; rows in use wait their turn."""
    names = {
        "table": sql.Identifier(model._meta.db_table),
        "pk": sql.Identifier(str(model._meta.pk.column)),
        "column": sql.Identifier(str(field.column)),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT {pk}, {column} FROM {table} WHERE {column} <> '' "
                "AND {column} NOT LIKE %s ORDER BY {pk} LIMIT %s FOR UPDATE"
            ).format(**names),
            [f"{current_key_id()}:%", batch],
        )
        rows = cursor.fetchall()
        for pk, stored in rows:
            cursor.execute(
                sql.SQL("UPDATE {table} SET {column} = %s WHERE {pk} = %s").format(**names),
                [encrypt(decrypt(stored)), pk],
            )
    return len(rows)

"""Keys rotate on live rows; nothing is lost and nothing stays behind."""

import base64

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories.customers import ContactFactory

OLD = "k1:" + base64.b64encode(b"1" * 32).decode()
NEW = "k2:" + base64.b64encode(b"2" * 32).decode()


def stored(pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM customers_contact WHERE id = %s", [pk])
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_every_value_moves_to_the_newest_key(settings: object) -> None:
    settings.FIELD_KEYS = OLD  # type: ignore[attr-defined]
    contacts = [ContactFactory() for _ in range(3)]
    phones = [contact.phone for contact in contacts]
    assert stored(contacts[0].pk).startswith("k1:")
    settings.FIELD_KEYS = f"{NEW},{OLD}"  # type: ignore[attr-defined]
    call_command("rotate_field_keys", batch=2, verbosity=0)
    assert all(stored(contact.pk).startswith("k2:") for contact in contacts)
    settings.FIELD_KEYS = NEW  # type: ignore[attr-defined]
    for contact, phone in zip(contacts, phones, strict=True):
        contact.refresh_from_db()
        assert contact.phone == phone

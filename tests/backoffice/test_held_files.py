"""Files of a form between two tries: kept for two hours, for whoever chose them (CMP-1, ORD-4)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django import forms
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from apps.backoffice import services, tasks
from apps.backoffice.enums import FileKind, RetentionUnit
from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField, UnjudgedFile
from apps.backoffice.models import FileRetention, HeldFile
from apps.backoffice.queries.held_files import held_files
from apps.core.files import NewFile
from apps.core.files.attachments import clean_file
from tests.factories.accounts import UserFactory
from tests.factories.shipments import picture

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]


def test_photos_of_a_form_are_kept_for_a_while() -> None:
    now = timezone.now()
    clean = clean_file(NewFile(picture().getvalue(), "a.png"))
    (held,) = services.hold_files(files=[clean], owner=None, at=now)
    assert default_storage.exists(held.path)
    found = held_files([held.key, uuid4()], owner=None)
    assert [f.content for f in services.read_held(found)] == [clean.content]
    assert services.purge_held(at=now + timedelta(hours=1)) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act: act())
        assert services.purge_held(at=now + timedelta(hours=3)) == 1
    assert not HeldFile.objects.exists() and not default_storage.exists(held.path)


def test_for_how_long_is_the_house_s_to_say() -> None:
    now, file = timezone.now(), UnjudgedFile(b"scan", "传真.tif")
    (held,) = services.hold_files(files=[file], owner=None, at=now)
    assert held.keep_until == now + timedelta(hours=2)
    FileRetention.objects.filter(what=FileKind.FORM_FILE).update(number=3, unit=RetentionUnit.DAYS)
    (held,) = services.hold_files(files=[file], owner=None, at=now)
    assert held.keep_until == now + timedelta(days=3)


def test_a_file_is_for_whoever_chose_it() -> None:
    one, other = UserFactory(), UserFactory()
    file = UnjudgedFile(b"scan", "传真.tif")
    for owner in (one, other, None):
        (held,) = services.hold_files(files=[file], owner=owner, at=timezone.now())
        assert held_files([held.key], owner=owner) == [held]
        assert [
            who for who in (one, other, None) if who != owner and held_files([held.key], owner=who)
        ] == []


def test_the_sweeper_takes_what_nobody_came_back_for_and_leaves_the_rest() -> None:
    file, now = UnjudgedFile(b"scan", "传真.tif"), timezone.now()
    services.hold_files(files=[file], owner=UserFactory(), at=now - timedelta(hours=3))
    (fresh,) = services.hold_files(files=[file], owner=None, at=now)
    assert tasks.purge_held() == 1
    assert list(HeldFile.objects.all()) == [fresh]


def test_the_product_has_its_rights_on_the_table() -> None:
    call_command("grant_app_role", "yipiao_app", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yipiao_app")
        cursor.execute(
            "INSERT INTO backoffice_heldfile (key, path, name, content_type, size, keep_until)"
            " VALUES (%s, 'complaints/held/x', 'a.jpg', 'image/jpeg', 1, now())",
            [uuid4()],
        )
        assert services.purge_held(at=timezone.now()) == 1
        cursor.execute("RESET ROLE")


def test_a_form_that_does_not_say_whose_its_files_are_is_a_mistake() -> None:
    class Forgetful(forms.Form):
        scan = HeldFileField()

    class Mindful(FormWithFiles):
        scan = HeldFileField()

    with pytest.raises(TypeError, match="FormWithFiles"):
        Forgetful({}, {}).is_valid()
    assert Mindful({}, {}, user=UserFactory()).errors["scan"]

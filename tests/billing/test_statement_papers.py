"""The stamped copy comes back, and a dispute comes with what shows it (BIL-2)."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.billing import services
from apps.billing.enums import AgreedHow, DisputeReason, StatementState
from apps.billing.models import Dispute, Statement, StatementPaper
from apps.billing.queries.links import token_of
from apps.core.errors import BadInput
from apps.core.files import NewFile
from tests.billing.test_pages import entered, page
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.billing import payer, sent
from tests.factories.shipments import picture
from tests.pressing import do

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-2")]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def jpeg() -> bytes:
    return picture().getvalue()


def upload(name: str = "盖章.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg() if content is None else content, "image/jpeg")


def address(statement: Statement, tail: str) -> str:
    return f"/statement/{token_of(statement)}{tail}"


def test_the_payer_agrees_with_a_stamped_copy_which_staff_download(client: Client) -> None:
    statement = sent(payer(), "100.00")
    typed = {"name": "王会计", "paper": upload()}
    assert client.post(address(statement, "/agree"), typed).status_code == 303
    statement.refresh_from_db()
    assert statement.state == StatementState.CONFIRMED
    paper = StatementPaper.objects.get()
    assert (paper.statement, paper.dispute, paper.name) == (statement, None, "盖章.jpg")
    entered(client)
    where = reverse("admin:billing_statement_paper", args=[statement.pk, paper.pk])
    assert where in page(client, statement)
    answer = client.get(where)
    assert b"".join(answer) == jpeg()  # type: ignore[call-overload]  # it streams
    assert answer["X-Content-Type-Options"] == "nosniff"
    other = sent(payer(), "10.00")
    assert client.get(where.replace(f"/{statement.pk}/", f"/{other.pk}/")).status_code == 404
    sign_in(client, UserFactory(roles=[Role.WAREHOUSE_MANAGER]))
    assert client.get(where).status_code == 403


def test_staff_keep_a_stamped_copy_that_came_by_post(client: Client) -> None:
    statement = sent(payer(), "100.00")
    entered(client, Role.DIRECTOR)
    typed = {"how": AgreedHow.STAMPED, "note": "", "paper": upload()}
    where = reverse("admin:billing_statement_change", args=[statement.pk])
    assert do(client, where, "confirm", typed).status_code == 302
    statement.refresh_from_db()
    assert statement.confirmed_how == AgreedHow.STAMPED
    assert StatementPaper.objects.get().statement == statement


def test_a_dispute_keeps_what_shows_it(client: Client) -> None:
    statement = sent(payer(), "100.00")
    line = statement.charges.get()
    typed = {"line": line.pk, "why": DisputeReason.WEIGHT, "text": "实重 1 公斤", "paper": upload()}
    assert client.post(address(statement, "/dispute"), typed).status_code == 303
    dispute = Dispute.objects.get()
    paper = StatementPaper.objects.get()
    assert (paper.dispute, paper.statement) == (dispute, statement)
    entered(client)
    where = reverse("admin:billing_statement_paper", args=[statement.pk, paper.pk])
    assert where in page(client, dispute)


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00 not a picture", b"%PDF-1.7 cut"])
def test_what_is_no_document_is_refused_and_nothing_is_half_done(
    client: Client, content: bytes, folder: Path
) -> None:
    statement = sent(payer(), "100.00")
    typed = {"name": "王会计", "paper": upload("盖章.pdf", content)}
    assert client.post(address(statement, "/agree"), typed).status_code == 422
    statement.refresh_from_db()
    assert statement.state == StatementState.SENT
    with pytest.raises(BadInput) as refusal:
        services.confirm_statement(
            statement_id=statement.pk,
            how=AgreedHow.STAMPED,
            paper=NewFile(content, "盖章.pdf"),
            by=UserFactory(),
            at=timezone.now(),
        )
    assert refusal.value.field == "paper"
    assert not StatementPaper.objects.exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_paper_is_written_once() -> None:
    statement = sent(payer(), "100.00")
    who: dict[str, Any] = {"by": UserFactory(), "at": timezone.now()}
    services.confirm_statement(
        statement_id=statement.pk, how=AgreedHow.STAMPED, paper=NewFile(jpeg(), "a.jpg"), **who
    )
    paper = StatementPaper.objects.get()
    assert default_storage.exists(paper.file.name)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("UPDATE billing_statementpaper SET name = 'b'")

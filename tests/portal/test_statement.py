"""A payer's statement on its secret link: read, agreed to, disputed; nobody finds it by trying (BIL-2)."""

import csv
import io
from decimal import Decimal

import pytest
from django.test import Client

from apps.billing.enums import AgreedHow
from apps.billing.models import Dispute, Statement
from apps.billing.queries.links import statement_of_token, token_of
from apps.portal.limits import most_misses
from tests.factories.billing import frozen, payer, sent

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-2")]


def address(statement: Statement, more: str = "") -> str:
    return f"/statement/{token_of(statement)}{more}"


def test_it_shows_the_figures_and_every_line(client: Client) -> None:
    statement = sent(payer(), "60.00", "40.00")
    answer = client.get(address(statement))
    content = answer.content.decode()
    assert "¥100.00" in content and "壹佰元整" in content and statement.number in content
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("sign", [0, -1])
def test_a_link_that_we_did_not_make_opens_nothing(client: Client, sign: int) -> None:
    token = list(token_of(sent(payer(), "1.00")))
    token[sign] = "T" if token[sign] != "T" else "U"
    assert client.get(f"/statement/{''.join(token)}").status_code == 404


def test_nothing_is_seen_before_it_is_sent(client: Client) -> None:
    statement = frozen(payer(), "1.00")
    assert statement_of_token(token_of(statement)) is None
    assert client.get(address(statement)).status_code == 404


def test_whoever_tries_out_links_is_stopped(client: Client) -> None:
    statement = sent(payer(), "1.00")
    tries = range(most_misses() + 1)
    answers = {client.get(f"/statement/{statement.number}-{n:022d}").status_code for n in tries}
    assert answers == {404, 429}


def test_the_payer_agrees_by_name(client: Client) -> None:
    statement = sent(payer(), "1.00")
    assert client.post(address(statement, "/agree"), {"name": " "}).status_code == 422
    client.post(address(statement, "/agree"), {"name": "王会计"})
    statement.refresh_from_db()
    assert (statement.confirmed_how, statement.confirmed_note) == (AgreedHow.LINK, "王会计")
    again = client.post(address(statement, "/agree"), {"name": "王会计"})
    assert again.status_code == 422, "once"


def test_one_line_is_disputed_and_the_rest_stays(client: Client) -> None:
    statement = sent(payer(), "60.00", "40.00")
    line = statement.charges.get(gross=60)
    typed = {"line": line.pk, "why": "weight", "amount": "70", "text": "只有一公斤"}
    assert client.post(address(statement, "/dispute"), typed).status_code == 422, "above its line"
    assert client.post(address(statement, "/dispute"), {**typed, "amount": "x"}).status_code == 422
    client.post(address(statement, "/dispute"), {**typed, "amount": "20"})
    dispute = Dispute.objects.get()
    assert (dispute.amount, dispute.by_customer) == (Decimal("20.00"), True)
    assert "¥20.00" in client.get(address(statement)).content.decode()


def test_a_line_of_another_payer_cannot_be_named(client: Client) -> None:
    statement, other = sent(payer(), "1.00"), sent(payer(), "2.00")
    typed = {"line": other.charges.get().pk, "why": "price", "text": "不是我的"}
    assert client.post(address(statement, "/dispute"), typed).status_code == 404
    assert not Dispute.objects.exists()


def test_all_lines_come_as_a_sheet(client: Client) -> None:
    statement = sent(payer(), "60.00", "40.00")
    answer = client.get(address(statement, "/file/csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 3
    assert sum(Decimal(row[9]) for row in rows[1:]) == Decimal("100.00")

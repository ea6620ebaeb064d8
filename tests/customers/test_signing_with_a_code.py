"""Where a policy asks for the second factor, the page asks for a code and the approval says when."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import totp
from apps.backoffice.approval_kinds import policies
from apps.backoffice.queries.approvals import content_of
from apps.customers.approvals import HANDOVER
from tests.factories.accounts import TOTP_KEY, sign_in
from tests.factories.customers import Signers, signatures_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _with_a_code() -> Iterator[None]:
    usual = policies()[HANDOVER]
    policies()[HANDOVER] = replace(usual, second_factor_within=timedelta(minutes=5))
    yield
    policies()[HANDOVER] = usual


def test_a_code_is_asked_for_and_a_wrong_one_is_refused_beside_it(client: Client) -> None:
    signers = Signers()
    form = signers.in_signing()
    sign_in(client, signers.sales)
    where = f"/admin/customers/handoverform/{form.pk}/do/sign/"
    assert 'name="code"' in client.get(where).content.decode()
    typed = {"remark": "同意", "seen": content_of(HANDOVER, form)[1]}
    code = totp.code_at(TOTP_KEY, totp.step_at(timezone.now()))
    wrong = f"{(int(code) + 500_000) % 1_000_000:06d}"
    assert client.post(where, typed).status_code == 422, "without a code"
    assert client.post(where, {**typed, "code": wrong}).status_code == 422
    assert signatures_of(form).count() == 0


def test_the_approval_says_when_the_code_was_given(client: Client) -> None:
    signers = Signers()
    form = signers.in_signing()
    sign_in(client, signers.sales)
    where = f"/admin/customers/handoverform/{form.pk}/do/sign/"
    code = totp.code_at(TOTP_KEY, totp.step_at(timezone.now()))
    typed = {"remark": "同意", "seen": content_of(HANDOVER, form)[1], "code": code}
    assert client.post(where, typed).status_code == 302
    signature = signatures_of(form).get()
    assert signature.second_factor_at == signature.decided_at
    page = client.get(f"/admin/customers/handoverform/{form.pk}/change/").content.decode()
    assert "同意" in page

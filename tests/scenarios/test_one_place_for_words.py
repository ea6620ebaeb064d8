"""What one person knows, the next agent finds beside the case; what is for staff stays with staff (STF-2)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.complaints.enums import CaseChannel, CaseClass
from apps.complaints.models import Case
from apps.knowledge import queries, services
from apps.knowledge.enums import ArticleKind, Audience, FitAspect, UseHow
from apps.knowledge.models import MissedSearch, Use
from apps.sla.enums import ClockState
from apps.sla.models import Clock
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.complaints import case
from tests.factories.knowledge import article, section, written

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-2")]


def reply_to(client: Client, of: Case, text: str, used: str = "") -> int:
    fields = {"channel": "email", "text": text, "used": used}
    newest = max(of.entries.values_list("pk", flat=True), default=0)
    data = {f"reply-{name}": value for name, value in fields.items()} | {"seen": str(newest)}
    where = reverse("admin:complaints_case_act", args=[of.number, "reply"])
    return client.post(where, data).status_code


def test_from_a_search_in_vain_to_a_reply_that_was_sent(client: Client) -> None:
    director = UserFactory(roles=[Role.DIRECTOR], scope=ObjectScope.ALL)
    agent = UserFactory(roles=[Role.AGENT], scope=ObjectScope.ALL)

    # Customers look for cold-chain transport and find nothing; the section's owner is asked for an article.
    for _n in range(3):
        assert client.get("/help?q=冷链赔付怎么算").status_code == 200
    missed = MissedSearch.objects.get()
    assert missed.times == 3
    cold = section("cold", director)
    services.settle_missed_search(missed, section=cold, by=agent, at=timezone.now())

    # She writes it: what staff follow, and the words that go to the customer; leaders put it in force.
    of = article("cold-chain", ArticleKind.PROCEDURE, by=director)
    inside = "冷链货物变质，先由客服主管按货值三成以内当场先行赔付。"
    version = written(
        of, "冷链变质怎么赔", inside, by=director,
        reply="{contact}您好，运单的温度记录正在调取，请保留货物和包装。编号 {case}。",
    )  # fmt: skip
    services.set_fits(
        of,
        values={FitAspect.CLASS: ["damage"], FitAspect.CHANNEL: ["email"]},
        by=director,
        at=timezone.now(),
    )
    services.publish_version(version, audience=Audience.INTERNAL, by=director, at=timezone.now())
    services.settle_missed_search(missed, article=of, by=director, at=timezone.now())

    # Everybody of the team is to read it; the clock ends with the last.
    services.ask_reading(
        version,
        roles=[Role.AGENT],
        due_at=timezone.now() + timedelta(days=2),
        by=director,
        at=timezone.now(),
    )
    sign_in(client, agent)
    read = reverse("admin:knowledge_article_read", args=["cold-chain"])
    assert "已读已懂" in client.get(read).content.decode()
    client.post(reverse("admin:knowledge_article_say", args=["cold-chain"]), {"said": "understood"})
    assert Clock.objects.get(matter__kind="article_reading").state == ClockState.MET

    # The agent has such a case: the article stands beside it, and its reply goes out with the number in it.
    made = case(
        by=agent, case_class=CaseClass.DAMAGE, channel=CaseChannel.EMAIL,
        description="海鲜化了，全坏了", contact_email="wang@example.com",
    )  # fmt: skip
    page = reverse("admin:complaints_case_page", args=[made.number])
    shown = client.get(page).content.decode()
    assert "冷链变质怎么赔" in shown and f"编号 {made.number}" in shown
    assert reply_to(client, made, f"您好。{inside}") == 422, "what is for staff does not leave"
    assert not made.entries.filter(kind="message_out").exists()
    words = "{contact}您好，运单的温度记录正在调取，请保留货物和包装。"
    assert reply_to(client, made, words, used="cold-chain") == 302
    assert made.entries.get(kind="message_out").text.startswith("王小明您好")
    assert Use.objects.get(how=UseHow.SENT).version == version

    # The next who has such a case sees that it helped; a visitor still sees no trace of it.
    other = case(by=agent, case_class=CaseClass.DAMAGE, channel=CaseChannel.EMAIL)
    shown = client.get(reverse("admin:complaints_case_page", args=[other.number])).content.decode()
    assert "1 个同类个案中用过 1 次" in shown
    client.logout()
    assert "冷链变质" not in client.get("/help?q=冷链").content.decode()
    assert client.get("/help/cold-chain").status_code == 404
    assert not queries.public(timezone.now()).filter(article=of).exists()

"""Staff pages of the knowledge base: who may open them, their main jobs, their statements."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.knowledge import services
from apps.knowledge.enums import ArticleKind, Audience
from apps.knowledge.models import (
    Article,
    ArticleVersion,
    MissedSearch,
    Opinion,
    Publication,
    Understanding,
)
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.knowledge import article, published, section, written

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-2")]
LIST = "/admin/knowledge/article/"


def at_desk(client: Client, role: Role) -> User:
    user: User = UserFactory(scope=ObjectScope.ALL, roles=[role])
    sign_in(client, user)
    return user


def act(of: Article, name: str, row: Any = None) -> str:
    rest = f"{row.pk}/" if row is not None else ""
    return f"{LIST}{of.pk}/do/{name}/{rest}"


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("view", ["current", "drafts", "all", "review", "planned"])
def test_the_list_takes_the_same_statements_for_one_article_and_three(
    client: Client, rows: int, view: str
) -> None:
    at_desk(client, Role.DIRECTOR)
    for n in range(rows):
        of = published(f"claims-{n}", f"理赔 {n}").article
        written(of, f"理赔 {n} 新", "新")
        written(of, f"Claims {n}", "new", language="en")
        Article.objects.update(review_on=timezone.localdate())
    with CaptureQueriesContext(connection) as queries:
        page = client.get(LIST, {"view": view}).content.decode()
    assert ("claims-0" in page) == (view != "planned")
    own = [q["sql"] for q in queries if '"knowledge_' in q["sql"]]
    assert len(own) <= 3 and not any("COUNT(*)" in sql for sql in own)


@pytest.mark.parametrize("rows", [1, 3])
def test_so_do_the_handbook_and_the_searches_in_vain(client: Client, rows: int) -> None:
    reader = at_desk(client, Role.DIRECTOR)
    for n in range(rows):
        version = published(f"claims-{n}", f"理赔 {n}", audience=Audience.INTERNAL)
        now = timezone.now()
        services.ask_reading(
            version, roles=[Role.DIRECTOR], due_at=now + timedelta(days=1), by=reader, at=now
        )
        services.note_search(
            f"冷链{n}", found=False, audience=Audience.PUBLIC, language="zh-hans", at=now
        )
    for address, most in (
        (reverse("admin:knowledge_article_handbook"), 2),
        (reverse("admin:knowledge_article_handbook") + "?q=理赔", 2),
        (reverse("admin:knowledge_missedsearch_changelist"), 1),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len([q for q in queries if '"knowledge_' in q["sql"]]) <= most, address


def test_an_article_from_its_code_to_its_readers(client: Client) -> None:
    writer = at_desk(client, Role.DIRECTOR)
    entered = client.post(
        f"{LIST}add/",
        {"code": "claims", "section": section().pk, "kind": "faq", "owner": writer.pk,
         "review_on": timezone.localdate() + timedelta(days=90)},
        follow=True,
    )  # fmt: skip
    of = Article.objects.get()
    assert entered.redirect_chain[-1][0].endswith(f"{LIST}{of.pk}/change/")
    looked = client.post(
        act(of, "write-zh"), {"after": 0, "title": "理赔", "body": "**先拍照**", "preview": "1"}
    )
    assert "<strong>先拍照</strong>" in looked.content.decode() and not of.versions.exists()
    client.post(act(of, "write-zh"), {"after": 0, "title": "理赔", "body": "**先拍照**"})
    version = of.versions.get()
    client.post(act(of, "publish", version), {"audience": "internal"})
    assert Publication.objects.get().audience == Audience.INTERNAL
    shown = client.get(f"{LIST}{of.pk}/change/").content.decode()
    assert "<strong>先拍照</strong>" in shown and 'class="tag tag-green"' in shown
    handbook = client.get(reverse("admin:knowledge_article_handbook")).content.decode()
    client.post(act(of, "withdraw", Publication.objects.get()), {"reason": "过时"})
    after = client.get(reverse("admin:knowledge_article_handbook")).content.decode()
    # The sidebar has the word too, so the handbook says it once less at least.
    assert after.count("理赔") < handbook.count("理赔")


def test_what_a_colleague_wrote_meanwhile_is_said_beside_the_text(client: Client) -> None:
    at_desk(client, Role.DIRECTOR)
    of = article("claims")
    written(of, "一", "一")
    answer = client.post(act(of, "write-zh"), {"after": 0, "title": "二", "body": "我的话"})
    assert answer.status_code in (200, 409, 422) and "我的话" in answer.content.decode()
    assert of.versions.count() == 1


def test_an_agent_writes_and_does_not_publish(client: Client) -> None:
    at_desk(client, Role.AGENT)
    of = article("claims")
    version = written(of, "理赔")
    assert client.get(act(of, "write-zh")).status_code == 200
    for name in ("publish", "ask-to-read"):
        assert client.get(act(of, name, version)).status_code == 403
        assert client.post(act(of, name, version), {"audience": "public"}).status_code == 403
    assert client.post(act(of, "retire"), {"reason": "x"}).status_code == 403
    assert not Publication.objects.exists()
    assert client.get("/admin/knowledge/section/").status_code == 403


def test_who_does_not_write_reads_in_the_handbook_only(client: Client) -> None:
    at_desk(client, Role.DISPATCHER)
    version = published("claims", "理赔", audience=Audience.INTERNAL)
    draft = written(article("draft"), "草稿")
    moved = client.get(f"{LIST}{version.article_id}/change/")
    assert moved.status_code == 302 and moved["Location"].endswith("/handbook/claims/")
    assert client.get(reverse("admin:knowledge_article_read", args=["draft"])).status_code == 404
    assert "草稿" not in client.get(LIST).content.decode()
    assert client.get(act(draft.article, "write-zh")).status_code == 403
    assert client.get("/admin/knowledge/missedsearch/").status_code == 403


def test_reading_understanding_and_saying_whether_it_helped(client: Client) -> None:
    reader = at_desk(client, Role.AGENT)
    version = published("claims", "理赔", audience=Audience.INTERNAL)
    now = timezone.now()
    services.ask_reading(
        version, roles=[Role.AGENT], due_at=now + timedelta(days=1), by=version.by, at=now
    )
    handbook, read = (
        reverse("admin:knowledge_article_handbook"),
        reverse("admin:knowledge_article_read", args=["claims"]),
    )
    assert "请您阅读" in client.get(handbook).content.decode()
    assert "已读已懂" in client.get(read).content.decode()
    say = reverse("admin:knowledge_article_say", args=["claims"])
    client.post(say, {"said": "understood"})
    client.post(say, {"said": "helped"})
    client.post(say, {"said": "nonsense"})
    assert Understanding.objects.get().by == reader and Opinion.objects.get().helped
    assert "请您阅读" not in client.get(handbook).content.decode()
    assert client.get(say).status_code == 405


def test_a_search_in_vain_is_noted_and_answered(client: Client) -> None:
    at_desk(client, Role.DIRECTOR)
    client.get(reverse("admin:knowledge_article_handbook"), {"q": "冷链 运输"})
    row = MissedSearch.objects.get()
    page = f"/admin/knowledge/missedsearch/{row.pk}"
    unknown = client.post(f"{page}/do/answered/", {"answered-article": "nothing"})
    assert unknown.status_code == 422 and "没有这个编码" in unknown.content.decode()
    row.refresh_from_db()
    assert row.article is None
    of = published("cold-chain", "冷链").article
    client.post(f"{page}/do/answered/", {"answered-article": "cold-chain"})
    row.refresh_from_db()
    assert row.article == of


def test_a_stranger_sees_no_staff_page(client: Client) -> None:
    published("claims", "理赔", audience=Audience.INTERNAL)
    for address in (
        LIST,
        reverse("admin:knowledge_article_handbook"),
        reverse("admin:knowledge_article_read", args=["claims"]),
    ):
        assert client.get(address).status_code in (302, 403)


def test_versions_are_shown_with_who_wrote_them(client: Client) -> None:
    at_desk(client, Role.DIRECTOR)
    version = published("claims", "理赔")
    shown = client.get(f"{LIST}{version.article_id}/change/").content.decode()
    assert version.by.display_name in shown and ArticleVersion.objects.count() == 1


# --- replies, moved here from the ready-made answers of cases --------------------------------------


def typed(**more: Any) -> dict[str, Any]:
    return {"after": "0", "title": "稍后回电", "body": "", "why": "",
            "reply": "{contact}您好，我在 {answer_by} 前给您回电。", **more}  # fmt: skip


@pytest.mark.requirement("CMP-1")
def test_a_reply_is_previewed_with_sample_data_in_both_languages(client: Client) -> None:
    director = at_desk(client, Role.DIRECTOR)
    of = article("call-back", ArticleKind.REPLY, by=director)
    looked = client.post(act(of, "write-zh"), {**typed(), "preview": "1"})
    assert "王女士您好，我在 15:20 前给您回电。" in looked.content.decode()
    assert client.post(act(of, "write-zh"), typed()).status_code == 302
    made = of.versions.get()
    assert made.by == director and made.body == ""
    page = f"{LIST}{of.pk}/change/"
    shown = client.get(page).content.decode()
    assert "王女士您好，我在 15:20 前给您回电。" in shown and "这种语言还没有写" in shown
    assert "{answer_by}" in client.get(act(of, "write-zh")).content.decode()
    english = typed(title="Call back", reply="Dear {contact}, <b>soon</b>.")
    client.post(act(of, "write-en"), english)
    assert "Dear Ms Wang, &lt;b&gt;soon&lt;/b&gt;." in client.get(page).content.decode()


@pytest.mark.requirement("CMP-1")
@pytest.mark.parametrize(
    ("field", "text"), [("reply", "{contract}您好"), ("reply", "{contact 您好"), ("title", "{x}")]
)
def test_a_variable_that_does_not_exist_is_refused_beside_its_field(
    client: Client, field: str, text: str
) -> None:
    director = at_desk(client, Role.DIRECTOR)
    of = article("call-back", ArticleKind.REPLY, by=director)
    answer = client.post(act(of, "write-zh"), typed(**{field: text}))
    assert answer.status_code in (200, 422) and not of.versions.exists()
    assert answer.context["form"].errors[field]


@pytest.mark.requirement("STF-3")
def test_only_leaders_put_a_reply_in_force(client: Client) -> None:
    of = article("call-back", ArticleKind.REPLY)
    version = written(of, "稍后回电", "", reply="{contact}您好")
    for role, may in ((Role.AGENT, False), (Role.FINANCE, False), (Role.DIRECTOR, True)):
        at_desk(client, role)
        given = {"audience": "internal", "starts_at": "", "urgent_why": ""}
        answer = client.post(act(of, "publish", version), given)
        assert (answer.status_code == 302) is may, role
        assert Publication.objects.filter(version=version).exists() is may

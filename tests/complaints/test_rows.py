"""Rules and causes are data, and the replies and guides beside a case (CMP-1, CMP-4)."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override

from apps.accounts.enums import Role
from apps.complaints import services
from apps.complaints.enums import CaseClass
from apps.complaints.models import (
    AssignmentRule,
    CauseNode,
    MajorRule,
)
from apps.complaints.queries.words import cause_tree, filled_texts, guides_for, replies_for
from apps.core.errors import BadInput, RuleBroken
from apps.knowledge.models import ArticleVersion
from config.roles import ROLE_PERMISSIONS
from tests.factories.complaints import Team, case, who
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]


def test_a_house_starts_with_causes_rules_and_answers() -> None:
    tree = cause_tree()
    assert len(tree) > 30 and tree[0].code == "pickup"
    codes = [node.code for node in tree]
    for node in tree:
        parent = node.code.rpartition(".")[0]
        assert (node.parent.code if node.parent else "") == parent
        assert not parent or codes.index(parent) < codes.index(node.code)
    assert MajorRule.objects.count() >= 7 and AssignmentRule.objects.count() == 3
    with override("en"):
        assert tree[0].label == "Pickup"
    with override("zh-hans"):
        assert tree[0].label == "取件环节"


def test_replies_speak_the_customers_language_guides_the_readers(team: Team) -> None:
    made = case(team=team, language="en", case_class=CaseClass.LOSS)
    at = timezone.now()
    replies = replies_for(made, at)
    assert replies[0].article.code == "loss-search" and {r.language for r in replies} == {"en"}
    assert "damage-photos" not in [r.article.code for r in replies]
    with override("zh-hans"):
        guides = guides_for(made, at)
        assert guides[0].article.code == "guide-compensation-loss"
        assert guides[0].language == "zh-hans"


def test_a_reply_is_filled_but_for_the_contact(team: Team) -> None:
    shipment = waybill()
    made = case(by=team.agent, waybill=shipment)
    reply = ArticleVersion.objects.get(article__code="apology-late", language="zh-hans")
    (text,) = filled_texts([(reply.language, reply.reply)], made, team.agent)
    assert text.startswith("{contact}您好") and shipment.number in text and "王小明" not in text
    assert "上海—北京" in text
    plain = ("en", "{answer_by} {agent} {hotline} {customer}")
    assert "{" not in filled_texts([plain], made, team.agent)[0]


@pytest.mark.parametrize(
    "fields",
    [{}, {"repeat_count": 3}, {"repeat_count": 1, "repeat_days": 3}, {"min_declared_value": 0}],
)
def test_a_rule_without_a_condition_or_with_half_of_one_is_refused(fields: dict[str, Any]) -> None:
    rule = MajorRule(name="规则", english_name="Rule", **fields)
    with pytest.raises(BadInput):
        services.save_major_rule(rule, **who())
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()


def test_words_of_a_rule_are_tidied() -> None:
    rule = MajorRule(name="规则", english_name="Rule", words=" 曝光 \n\n 律师\n")
    assert services.save_major_rule(rule, **who()).words == "曝光\n律师"


@pytest.mark.requirement("CMP-4")
def test_causes_hang_below_their_parent_and_keep_their_code() -> None:
    parent = CauseNode.objects.get(code="delivery")
    names = {"name": "雨天", "english_name": "Rain"}
    for code, above in (("rain", parent), ("delivery.x.y", parent), ("a.b", None)):
        with pytest.raises(BadInput) as caught:
            services.save_cause(CauseNode(code=code, parent=above, **names), **who())
        assert caught.value.field == "code"
    cause = services.save_cause(CauseNode(code="delivery.rain", parent=parent, **names), **who())
    cause.code = "delivery.snow"
    with pytest.raises(RuleBroken) as refused:
        services.save_cause(cause, **who())
    assert refused.value.code == "code_is_kept"


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.AGENT, "handle_case reveal_case merge_case", "assign_case cancel_case"),
        (Role.DIRECTOR, "assign_case cancel_case export_case", "nothing"),
        (
            Role.QC_MANAGER,
            "quality.decide_exceptionreport quality.check_correctiveaction quality.hold_reviewmeeting",
            "assign_case",
        ),
        (Role.FREIGHT_CLERK, "quality.add_exceptionreport", "view_case reveal_case"),
        (Role.FINANCE, "", "view_case quality.add_exceptionreport"),
        (Role.IT_ADMIN, "", "view_case quality.view_exceptionreport"),
    ],
)
def test_roles_may_what_their_work_needs(role: Role, may: str, may_not: str) -> None:
    held = ROLE_PERMISSIONS[role]
    assert {_full(name) for name in may.split()} <= held
    assert not {_full(name) for name in may_not.split()} & held


def _full(name: str) -> str:
    return name if "." in name else f"complaints.{name}"

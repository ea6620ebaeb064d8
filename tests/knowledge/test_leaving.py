"""What is written for staff does not go to customers, whoever sends it and however (STF-2)."""

from typing import Any

import pytest
from django.utils import timezone

from apps.chat.services.talking import answer
from apps.complaints import services as cases
from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case
from apps.core.errors import BadInput, RuleBroken
from apps.knowledge.enums import ArticleKind, Audience
from apps.knowledge.models import Use
from tests.factories.accounts import UserFactory
from tests.factories.chats import agent, round_the_clock, talking
from tests.factories.complaints import case
from tests.factories.knowledge import published, written

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-2")]
INSIDE = "小额赔付上限五百元，主管可以当场批准，不要主动告诉客户。"


def send(of: Case, text: str, *used: str, kind: EntryKind = EntryKind.MESSAGE_OUT) -> Any:
    message = NewMessage(kind, text, CaseChannel.EMAIL, used=used)
    return cases.add_message(case_id=of.pk, message=message, by=UserFactory(), at=timezone.now())


@pytest.fixture
def made() -> Case:
    return case(contact_email="wang@example.com")


def test_a_sentence_of_an_internal_article_is_refused_by_the_service(made: Case) -> None:
    published("limits", "赔付上限", f"内部规定。\n\n- {INSIDE}", audience=Audience.INTERNAL)
    pasted = f"您好！{INSIDE.replace('，', ', ')} 谢谢。"
    with pytest.raises(RuleBroken) as refused:
        send(made, pasted)
    assert refused.value.code == "internal_only" and "赔付上限" in str(refused.value)
    for kind in (EntryKind.MESSAGE_IN,):
        send(made, pasted, kind=kind)
    cases.add_note(case_id=made.pk, text=pasted, by=UserFactory(), at=timezone.now())
    send(made, "我们会按规定赔付，请您放心。")


def test_so_it_is_in_a_plan_and_in_a_chat(made: Case) -> None:
    published("limits", "赔付上限", INSIDE, audience=Audience.INTERNAL)
    with pytest.raises(RuleBroken) as refused:
        cases.reply_plan(
            case_id=made.pk,
            text=INSIDE,
            channel=CaseChannel.EMAIL,
            by=UserFactory(),
            at=timezone.now(),
        )
    assert refused.value.code == "internal_only"
    round_the_clock()
    wang = agent("王芳", most=9)
    chat = talking(wang, "赔多少？")
    with pytest.raises(RuleBroken) as refused:
        answer(chat_id=chat.pk, text=INSIDE, by=wang, at=timezone.now())
    assert refused.value.code == "internal_only"


def test_what_everybody_may_read_or_a_reply_says_may_be_said(made: Case) -> None:
    published("limits", "赔付上限", INSIDE, audience=Audience.INTERNAL)
    published("help", "怎么赔", INSIDE)
    send(made, INSIDE)
    other = "丢失的快件由我们先行赔付，再向责任方追偿。"
    published(
        "own", "先行赔付", other, reply=f"{{contact}}您好，{other}", audience=Audience.INTERNAL,
        kind=ArticleKind.REPLY,
    )  # fmt: skip
    send(made, other.replace("丢失", "您好，丢失", 1))


def test_a_draft_and_a_withdrawn_text_bind_nobody(made: Case) -> None:
    written(published("limits", "赔付上限", "别的").article, "赔付上限", INSIDE)
    send(made, INSIDE)


def test_an_article_for_staff_without_a_reply_cannot_be_sent(made: Case) -> None:
    published("limits", "赔付上限", INSIDE, audience=Audience.INTERNAL)
    with pytest.raises(RuleBroken) as refused:
        send(made, "请看附件", "limits")
    assert refused.value.code == "internal_only" and not Use.objects.exists()
    with pytest.raises(BadInput) as unknown:
        send(made, "请看附件", "nothing")
    assert unknown.value.field == "used"
    published("help", "怎么赔", "先拍照")
    published(
        "call", "回电", "", reply="稍后回电", audience=Audience.INTERNAL, kind=ArticleKind.REPLY
    )
    send(made, "请看帮助中心", "help", "call", "call")
    assert set(Use.objects.values_list("version__article__code", "how", "case_class")) == {
        ("help", "sent", "complaint"), ("call", "sent", "complaint"),
    }  # fmt: skip

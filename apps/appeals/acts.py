"""What can be done to an appeal, on the page of its case."""

from django.utils.translation import gettext_lazy

from apps.appeals import forms as f
from apps.appeals import services
from apps.appeals.enums import AppealDecision
from apps.appeals.queries import appeal_of
from apps.backoffice.acts import ActContext
from apps.complaints.acts import CaseAct, calling, stands_alone
from apps.complaints.models import Case


def _to_answer(case: Case) -> bool:
    appeal = appeal_of(case)
    return case.is_live and appeal is not None and appeal.answered_at is None


def _to_decide(case: Case) -> bool:
    appeal = appeal_of(case)
    return stands_alone(case) and appeal is not None and appeal.answered_at is not None


def _has_appeal(case: Case) -> bool:
    return stands_alone(case) and appeal_of(case) is not None


def _decide(context: ActContext) -> None:
    typed = context.typed
    decision = AppealDecision(typed.pop("decision"))
    services.decide_appeal(case_id=context.record.pk, decision=decision, **typed, **context.who)


ACTS = (
    CaseAct(
        "appeal-answer",
        gettext_lazy("Answer the authority"),
        "complaints.handle_case",
        calling(services.answer_appeal),
        explains=gettext_lazy(
            "Our answer has gone to the postal authority; its paper is kept here, and the clock of the answer is met."
        ),
        done=gettext_lazy("The answer to the authority is on record."),
        form=f.AppealAnswerForm,
        key="h",
        may=_to_answer,
    ),
    CaseAct(
        "appeal-decide",
        gettext_lazy("Decision of the authority"),
        "appeals.decide_appeal",
        _decide,
        explains=gettext_lazy(
            "What the authority decided, and when: the appeal rate counts it in that month."
        ),
        done=gettext_lazy("The decision is on record."),
        form=f.AppealDecisionForm,
        key="v",
        may=_to_decide,
    ),
    CaseAct(
        "appeal-number",
        gettext_lazy("Correct the number of the appeal"),
        "complaints.handle_case",
        calling(services.correct_appeal),
        done=gettext_lazy("The number is corrected."),
        form=f.AppealNumberForm,
        key="z",
        may=_has_appeal,
        fields={"appeal_number": "number"},
    ),
)

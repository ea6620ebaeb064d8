"""The act on praise: naming the colleague."""

from typing import Any

from django.utils.translation import gettext_lazy

from apps.backoffice.acts import Act, ActContext
from apps.complaints import services
from apps.complaints.enums import CaseClass, CaseState
from apps.complaints.forms import opinions as f
from apps.complaints.models import Case


def _of_case(context: ActContext) -> dict[str, Any]:
    return {"case": context.record}


def _is_open(case: Case) -> bool:
    return case.state not in (CaseState.MERGED, CaseState.CANCELLED)


def _praise(context: ActContext) -> None:
    services.name_colleague(case_id=context.record.pk, **context.typed, **context.who)


ACTS = (
    Act(
        "praise",
        gettext_lazy("Name the colleague"),
        "complaints.handle_case",
        _praise,
        explains=gettext_lazy(
            "The colleague and whoever leads them are told at once, in the customer's words."
        ),
        done=gettext_lazy("The colleague is named and told."),
        form=f.PraiseForm,
        key="y",
        may=lambda case: case.case_class == CaseClass.PRAISE and _is_open(case),
        options=_of_case,
        is_button=False,
        is_panel=True,
    ),
)

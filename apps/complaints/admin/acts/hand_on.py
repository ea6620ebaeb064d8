"""Who deals with a case, and who is to know of it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.backoffice.acts import ActContext
from apps.complaints import services
from apps.complaints.acts import CaseAct, calling, is_live
from apps.complaints.enums import CaseChannel
from apps.complaints.forms.acts import ActForm
from apps.complaints.forms.acts import hand_on as f


def _report(context: ActContext) -> None:
    typed = context.typed
    services.record_report(
        case_id=context.record.pk,
        channel=CaseChannel(typed["channel"]),
        note=typed["note"],
        **context.who,
    )


def _assign(context: ActContext) -> str:
    typed = context.typed
    owner: User = typed["owner"]
    services.assign_case(
        case_id=context.record.pk,
        owner=owner,
        unit=typed["unit"],
        reason=typed["reason"],
        **context.who,
    )
    return _("%(name)s has the case now and is told; its clocks go along.") % {"name": owner}


ACTS = (
    CaseAct(
        "report",
        gettext_lazy("Report to the leaders"),
        "complaints.handle_case",
        _report,
        explains=gettext_lazy(
            "You have told them, by phone outside working hours; this puts it on record and meets the report clock."
        ),
        done=gettext_lazy("The report is on record."),
        form=f.ReportForm,
        key="b",
        may=lambda case: case.is_live and case.is_trouble,
    ),
    CaseAct(
        "take",
        gettext_lazy("Take it"),
        "complaints.handle_case",
        calling(services.take_case),
        explains=gettext_lazy("You are responsible from now on."),
        done=gettext_lazy("The case is yours."),
        form=ActForm,
        key="t",
        may=is_live,
    ),
    CaseAct(
        "assign",
        gettext_lazy("Give to a colleague"),
        "complaints.assign_case",
        _assign,
        explains=gettext_lazy("The case and its clocks go to the new owner, who is told."),
        form=f.AssignForm,
        key="a",
        may=is_live,
    ),
)

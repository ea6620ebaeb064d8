"""What may be done about a late shipment, on the page of its exception (TRK-7)."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.quality import services
from apps.quality.forms import late as forms
from apps.quality.models import ExceptionReport
from apps.tracking.enums import LateCause, Party

HANDLE = "tracking.handle_lateshipment"


def _cause(context: ActContext) -> None:
    values = {**context.typed, "cause": LateCause(context.typed["cause"])}
    services.state_cause(exception_id=context.record.pk, **values, **context.who)


def _contact(context: ActContext) -> None:
    values = {**context.typed, "party": Party(context.typed["party"])}
    services.record_contact(exception_id=context.record.pk, **values, **context.who)


def _simple(service: Callable[..., Any]) -> Callable[[ActContext], None]:
    def run(context: ActContext) -> None:
        service(exception_id=context.record.pk, **context.typed, **context.who)

    return run


def _is_late(report: ExceptionReport) -> bool:
    return report.late is not None and report.late.closed_at is None


def _act(name: str, label: Any, run: Any, done: Any, **more: Any) -> Act:
    given = {"permission": HANDLE, "may": _is_late, "is_panel": True, **more}
    return Act(name, label, run=run, done=done, **given)


LATE_ACTS = (
    _act(
        "contact", _("Tell the customer or the consignee"), _contact,
        _("The contact is on record."), form=forms.ContactForm,
        initial=lambda context: forms.contact_initial(context.record.late),
    ),
    _act(
        "cause", _("State the cause and a new expected time"), _cause,
        _("The cause is on record."), form=forms.CauseForm,
        initial=lambda context: forms.cause_initial(context.record.late),
    ),
    _act(
        "replace", _("Link the waybill under which it goes again"),
        _simple(services.link_replacement), _("The new waybill is followed in its place."),
        form=forms.ReplacementForm,
    ),
    _act(
        "close_late", _("Close the late shipment"), _simple(services.close_late),
        _("The late shipment is closed."), form=forms.CloseForm,
        permission="tracking.close_lateshipment", danger=True,
    ),
)  # fmt: skip

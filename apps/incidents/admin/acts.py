"""What people do about an incident: declare it, and from then on until it is closed."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.queries.duty import Roster, service_desk
from apps.backoffice.acts import Act, ActContext
from apps.core.times import local
from apps.incidents import forms, services
from apps.incidents.enums import IncidentState, StepKind
from apps.incidents.inputs import NewIncident
from apps.incidents.models import Incident, PlanVersion
from apps.incidents.states import INCIDENT_MOVES

DECLARE, RUN, CLOSE = (
    "incidents.declare_incident",
    "incidents.run_incident",
    "incidents.close_incident",
)
FIELDS = ("title", "title_en", "kind", "level", "version", "unit", "happened_at", "known_at",
    "effect", "extra_hours", "text_zh", "text_en", "is_blocked")  # fmt: skip
FIRST_WINDOW = timedelta(hours=18)


def _declare(context: ActContext) -> Incident:
    form = context.form
    values = {name: context.typed[name] for name in FIELDS}
    new = NewIncident(
        where=form.where, seats=form.seats, confirmed=context.typed["confirmed"], **values
    )
    return services.declare_incident(new=new, **context.who)


def _begun(context: ActContext) -> dict[str, Any]:
    """Known just now; what the plan that was asked for says, and the service desk's unit."""
    at = timezone.localtime(context.at).replace(second=0, microsecond=0)
    found: dict[str, Any] = {
        "starts_at": at, "ends_at": at + FIRST_WINDOW, "happened_at": at, "known_at": at,
        "unit": service_desk(Roster([Role.AGENT], context.at)),
    }  # fmt: skip
    pk = context.query.get("plan", "")
    versions = PlanVersion.objects.filter(current_of__isnull=False).select_related("plan")
    version = versions.filter(plan=int(pk)).first() if pk.isdecimal() and len(pk) < 10 else None
    if version is not None:
        found |= {
            "version": version, "kind": version.plan.kind, "level": version.plan.level,
            "text_zh": version.text_zh, "text_en": version.text_en, "unit": version.plan.unit,
        }  # fmt: skip
    return found


def _scope(context: ActContext) -> dict[str, Any]:
    scope = context.record.scopes.first()
    return {
        "cities": "、".join(scope.cities), "units": scope.units, "carriers": scope.carriers,
        "everywhere": scope.is_everywhere, "legs": scope.legs, "starts_at": scope.starts_at,
        "ends_at": scope.ends_at,
    }  # fmt: skip


def _extend(context: ActContext) -> None:
    services.extend_scope(
        incident_id=context.record.pk, where=context.form.where,
        confirmed=context.typed["confirmed"], **context.who,
    )  # fmt: skip


def _one(service: Any) -> Any:
    """An act that is one call with what was typed."""

    def run(context: ActContext) -> None:
        service(incident_id=context.record.pk, **context.typed, **context.who)

    return run


def _row(service: Any, name: str) -> Any:
    def run(context: ActContext) -> None:
        service(**{name: context.row.pk}, **context.typed, **context.who)

    return run


def _running(incident: Incident) -> bool:
    return incident.is_running


def _to(state: IncidentState) -> Any:
    return lambda incident: INCIDENT_MOVES.allows(incident.state, state)


def _shown_until(context: ActContext) -> dict[str, Any]:
    scope = context.record.scopes.first()
    return {"until": local(scope.ends_at) and scope.ends_at}


ENTER = Act("declare", _("Declare an incident"), DECLARE, _declare, form=forms.DeclareForm, initial=_begun,
    page="incidents/declare.html", fields={"scope": "cities"},
    explains=_("Shipments that it concerns are held, their promises moved, and their customers and consignees told once, by their own wishes."))  # fmt: skip
ACTS = (
    Act("take-seat", _("Give a seat"), RUN, _one(services.take_seat), form=forms.SeatForm, may=_running, is_panel=True,
        explains=_("Of the command the one before leaves it in the same moment."), done=_("The seat is taken.")),
    Act("notice", _("Tell them more"), RUN, _one(services.send_notice), form=forms.NoticeForm, may=_running, is_panel=True,
        explains=_("Everybody who was told so far gets this too, once; whoever comes later gets it as their first."),
        done=_("Queued.")),
    Act("announce", _("Tell the public"), RUN, _one(services.announce), form=forms.AnnounceForm, may=_running,
        is_panel=True, initial=_shown_until, explains=_("The newest notice stands on the site."), done=_("It is on the site.")),
    Act("extend", _("Another place or time"), DECLARE, _extend, form=forms.WhereForm, may=_running, initial=_scope,
        page="incidents/declare.html", explains=_("Say all of it again. Whoever was told is not told twice."),
        done=_("Extended.")),
    Act("stable", _("It gets no worse"), RUN, _one(services.mark_stable), may=_to(IncidentState.STABLE), is_panel=True,
        done=_("Stable.")),
    Act("over", _("It is over"), RUN, _one(services.end_incident), form=forms.OverForm, may=_to(IncidentState.OVER),
        is_panel=True, explains=_("Every shipment is let go; held promises get their new time."),
        done=_("Over. Shipments are let go within a minute.")),
    Act("close", _("Close it"), CLOSE, _one(services.close_incident), may=_to(IncidentState.CLOSED), is_panel=True,
        explains=_("Its exception has corrective actions, a special one was reviewed in a meeting."), done=_("Closed.")),
    Act("withdraw", _("False alarm"), CLOSE, _one(services.withdraw_incident), form=forms.WithdrawForm,
        may=_to(IncidentState.WITHDRAWN), is_panel=True, danger=True,
        explains=_("Every shipment is let go, what was promised before counts again, and whoever was told is told so."),
        done=_("The incident is withdrawn.")),
    Act("leave-seat", _("Leaves"), RUN, lambda c: services.leave_seat(seat_id=c.row.pk, **c.who), rows="seats",
        may=lambda seat: seat.until is None and seat.user_id is not None, danger=True,
        explains=_("Nobody takes it over. Without a commander the incident is red and its clock runs."), done=_("The seat is free.")),
    Act("done", _("Done"), RUN, _row(services.finish_task, "task_id"), form=forms.ProofForm, rows="tasks",
        may=lambda task: task.is_open and task.kind != StepKind.PUBLIC_NOTICE, done=_("The step is done.")),
    Act("give", _("Give to"), RUN, _row(services.give_task, "task_id"), form=forms.GiveForm, rows="tasks",
        may=lambda task: task.is_open, done=_("Given.")),
    Act("called", _("They were called"), RUN, _row(services.note_call, "recipient_id"), form=forms.CalledForm,
        rows="recipients", may=lambda row: row.state != "reached", initial=lambda _c: {"reached": True}, done=_("On record.")),
)  # fmt: skip

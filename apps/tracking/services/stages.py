"""Deciding who carries a stage of a shipment (TRK-5)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Unit
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.events.services import record
from apps.tracking.enums import Stage, Status
from apps.tracking.models import PartnerCarrier, StageAssignment, Waybill
from apps.tracking.queries.stages_of import current_assignments, stages_of

if TYPE_CHECKING:
    from apps.accounts.models import User

# Whoever brings the shipment to its consignee is the partner that the waybill names.
_NAMES_THE_WAYBILL = (Stage.DELIVERY, Stage.LINE_HAUL, Stage.SORT, Stage.PICKUP)


@transaction.atomic
def assign_stage(
    *,
    waybill: Waybill,
    stage: Stage | str,
    reason: str,
    by: "User",
    at: datetime,
    carrier: PartnerCarrier | None = None,
    unit: Unit | None = None,
) -> StageAssignment:
    """A partner, or one of our units, answers for this stage from now on; with neither the decision
    is taken back and whoever scanned answers. Earlier decisions stay in the record (TRK-5).

    ``waybill.carrier`` follows: the partner of the last stage that has one. Raises RuleBroken for a
    cancelled shipment, a partner that is not active and a decision that changes nothing; BadInput
    naming ``stage``, ``carrier`` or ``reason`` for what cannot be.
    """
    why = required_text(reason, most=300, message=_("Say why."))
    if str(stage) not in Stage.values:
        raise BadInput(_("There is no such stage."), code="unknown_stage", field="stage")
    stage = Stage(stage)
    locked = Waybill.objects.select_for_update(no_key=True).get(pk=waybill.pk)
    _check(locked, carrier, unit)
    decided = current_assignments(locked)
    old = decided.get(stage)
    if (old.carrier_id if old else None, old.unit_id if old else None) == (
        carrier.pk if carrier else None,
        unit.pk if unit else None,
    ):
        raise RuleBroken(_("It is decided so already."), code="no_change", rule="TRK-5")
    line = next((line for line in stages_of(locked, now=at) if line.stage == stage), None)
    new = StageAssignment.objects.create(
        waybill=locked,
        stage=stage,
        carrier=carrier,
        unit=unit,
        reason=why,
        is_afterwards=line is not None and line.ended_at is not None,
        assigned_at=at,
        assigned_by=by,
    )
    _name_carrier(locked, {**decided, stage: new}, was=old)
    data = {
        "stage": stage.value,
        "from": old.party if old else "",
        "to": new.party,
        "reason": why,
        "afterwards": new.is_afterwards,
    }
    record("waybill.stage_assigned", locked, by=by, at=at, data=data)
    return new


def _check(waybill: Waybill, carrier: PartnerCarrier | None, unit: Unit | None) -> None:
    if carrier is not None and unit is not None:
        raise BadInput(
            _("Choose a partner or a unit, not both."), code="two_parties", field="carrier"
        )
    if waybill.status == Status.CANCELLED:
        raise RuleBroken(
            _("This shipment was cancelled: nobody carries it."), code="cancelled", rule="TRK-5"
        )
    if carrier is not None and not carrier.is_active:
        raise BadInput(
            _("%(partner)s is not active; choose another partner.") % {"partner": carrier},
            code="carrier_not_active",
            field="carrier",
        )


def _name_carrier(
    waybill: Waybill, decided: dict[Stage, StageAssignment], *, was: StageAssignment | None
) -> None:
    """A partner that the waybill named before anybody decided anything stays, until one is."""
    partners = [decided[s].carrier for s in _NAMES_THE_WAYBILL if s in decided]
    named = next((partner for partner in partners if partner is not None), None)
    had_one = was is not None and was.carrier_id == waybill.carrier_id
    if named is None and not had_one:
        return
    if waybill.carrier != named:
        waybill.carrier = named
        waybill.save(update_fields=["carrier"])

"""Entering tariffs, drafting and publishing their versions (BIL-1)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.customers.models import Customer
from apps.events.services import record
from apps.pricing.enums import BillingEvent, Measure, VersionState
from apps.pricing.models import Tariff, TariffVersion
from apps.pricing.queries.reading import CHOICES, FIGURES, read_tariff
from apps.pricing.rating import Tariff as RatingTariff
from apps.pricing.rating import TariffRefused, compile_tariff, high_rates, tariff_problems
from apps.pricing.rating.explaining import percent
from apps.pricing.services.parts import copy_parts, write_parts
from apps.pricing.states import VERSION_MOVES


@transaction.atomic
def create_tariff(
    *, customer: Customer | None, service: str, name: str, by: User, at: datetime
) -> Tariff:
    """Prices of ``customer`` for ``service``; None: the list price. It prices nothing before a version
    of it is published."""
    tariff = Tariff(customer=customer, service=service.strip(), name=name.strip(), created_by=by)
    if Tariff.objects.filter(customer=customer, service=tariff.service).exists():
        message = _(
            "There is a tariff for this customer and service already: draft a version of it."
        )
        raise BadInput(message, code="tariff_there", field="service")
    tariff.full_clean(exclude=["created_by"])
    tariff.save()
    data = {"service": tariff.service, "name": tariff.name}
    record("tariff.created", tariff, by=by, at=at, data=data)
    return tariff


@transaction.atomic
def draft_version(
    *,
    tariff: Tariff,
    since: date,
    by: User,
    at: datetime,
    copied_from: TariffVersion | None = None,
) -> TariffVersion:
    """A draft that says what ``copied_from`` says (of this tariff or another), or nothing yet."""
    if copied_from is None:
        version = TariffVersion.objects.create(tariff=tariff, since=since, created_by=by)
        write_parts(version, RatingTariff())
    else:
        same = {name: getattr(copied_from, name) for name in (*FIGURES, *CHOICES, "billing_event")}
        version = TariffVersion.objects.create(tariff=tariff, since=since, created_by=by, **same)
        copy_parts(copied_from, version)
    data = {"version": str(since)}
    if copied_from is not None:
        data["copied_from"] = str(copied_from)
    record("tariff.version_drafted", tariff, by=by, at=at, data=data)
    return version


@transaction.atomic
def change_terms(
    *, version: TariffVersion, values: dict[str, Any], by: User, at: datetime
) -> TariffVersion:
    """What stands on the draft itself: its day, how it weighs and rounds. ``values`` by field name."""
    version = locked_draft(version)
    for name, value in values.items():
        if name not in (*FIGURES, *CHOICES, "since", "billing_event"):
            raise KeyError(name)
        setattr(version, name, value)
    version.full_clean(exclude=["tariff", "created_by"], validate_constraints=False)
    version.save()
    data = {"version": str(version.since), "changed": sorted(values)}
    record("tariff.version_changed", version.tariff, by=by, at=at, data=data)
    return version


@transaction.atomic
def fill_draft(
    *,
    version: TariffVersion,
    says: RatingTariff,
    by: User,
    at: datetime,
    since: date | None = None,
    billing_event: BillingEvent | str | None = None,
    file: str = "",
) -> TariffVersion:
    """The draft says this from now on, and nothing else. What could not be compiled is refused
    (TariffRefused), naming part and row, and the draft stays as it was."""
    version = locked_draft(version)
    if wrong := tariff_problems(says):
        raise TariffRefused(wrong)
    for name in FIGURES:
        setattr(version, name, getattr(says, name))
    for name in CHOICES:
        setattr(version, name, str(getattr(says, name)))
    version.since = since or version.since
    version.billing_event = str(billing_event or version.billing_event)
    version.save()
    write_parts(version, says)
    kind = "tariff.version_imported" if file else "tariff.version_changed"
    data = {"version": str(version.since), **({"name": file[:120]} if file else {})}
    record(kind, version.tariff, by=by, at=at, data=data)
    return version


@transaction.atomic
def discard_draft(*, version: TariffVersion, by: User, at: datetime) -> Tariff:
    """The draft goes away; a published version never does."""
    version = locked_draft(version)
    tariff, since = version.tariff, str(version.since)
    version.delete()
    record("tariff.version_discarded", tariff, by=by, at=at, data={"version": since})
    return tariff


@transaction.atomic
def publish_version(
    *,
    version: TariffVersion,
    by: User,
    at: datetime,
    note: str = "",
    high_rates_are_meant: bool = False,
) -> TariffVersion:
    """From its day on the version prices; it never changes again.

    Refused: what cannot be compiled (TariffRefused); a rate of 50 % or more unless it is meant
    (``high_rate``); a day on which a version of this tariff begins already; a day that is past,
    without a reason.
    """
    version = locked_draft(version)
    says = read_tariff(version)
    ready = compile_tariff(says)
    _check_prices(says)
    high = [f"{name} {percent(rate)} %" for name, rate in high_rates(says)]
    if high and not high_rates_are_meant:
        message = _("A rate this high is mostly a slip: %(rates)s. Publish again if it is meant.")
        raise BadInput(
            message % {"rates": "、".join(high)}, code="high_rate", field="high_rates_are_meant"
        )
    _check_day(version, note, timezone.localdate(at))
    VERSION_MOVES.check(VersionState(version.state), VersionState.ACTIVE)
    version.state = VersionState.ACTIVE
    version.published_at, version.published_by = at, by
    version.sha256, version.note = ready.sha256, note.strip()[:300]
    with refused_as(_begins_already()):
        version.save()
    data: dict[str, Any] = {"version": str(version.since), "sha256": version.sha256[:12]}
    data |= {"note": version.note} if version.note else {}
    data |= {"rates": "、".join(high)} if high else {}
    record("tariff.version_published", version.tariff, by=by, at=at, data=data)
    return version


def _check_prices(says: RatingTariff) -> None:
    if not says.segments:
        raise BadInput(_("It has no prices yet."), code="no_prices")
    if not says.rules and says.measure != Measure.DISTANCE:
        message = _("No area is in any of its zones: it would price nothing.")
        raise BadInput(message, code="no_areas")


def _check_day(version: TariffVersion, note: str, today: date) -> None:
    active = TariffVersion.objects.filter(
        tariff=version.tariff_id, since=version.since, state=VersionState.ACTIVE
    )
    if active.exists():
        raise _begins_already()
    if version.since < today and not note.strip():
        message = _(
            "The day is past: shipments since then are priced anew when they are rated. Say why."
        )
        raise BadInput(message, code="past_needs_reason", field="note")


def _begins_already() -> BadInput:
    message = _("A version of this tariff begins on that day already; choose another day.")
    return BadInput(message, code="since_taken", field="since")


def locked_draft(version: TariffVersion) -> TariffVersion:
    """The row locked, its tariff read; refused when it is published or gone."""
    found = (
        TariffVersion.objects.select_for_update(of=("self",))
        .select_related("tariff")
        .filter(pk=version.pk)
        .first()
    )
    if found is None:
        raise RuleBroken(_("This draft was discarded meanwhile."), code="draft_gone", rule="BIL-1")
    if not found.is_draft:
        message = _("This version is published and never changes: copy it and change the copy.")
        raise RuleBroken(message, code="version_active", rule="BIL-1")
    return found

"""Where an incident is, in words: one answer for its page, the list, the board, its paper and messages."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.utils.translation import gettext as _

from apps.accounts.models import Unit
from apps.core.languages import reads_english
from apps.incidents.enums import Leg
from apps.incidents.models import Incident, Scope
from apps.tracking.models import PartnerCarrier


class _IsOneOf(Func):
    """A value is in an array."""

    template, arg_joiner = "%(expressions)s)", " = ANY("
    output_field = BooleanField()


def with_place(rows: "QuerySet[Scope]") -> "QuerySet[Any]":
    """Each with ``place_facts``, which ``place_in_words`` reads; no further statement."""
    units = Unit.objects.filter(_IsOneOf(F("pk"), OuterRef("units"))).order_by("path")
    carriers = PartnerCarrier.objects.filter(_IsOneOf(F("pk"), OuterRef("carriers"))).order_by("pk")
    english = Coalesce(NullIf("english_name", Value("")), "name")
    facts = JSONObject(
        cities="cities",
        units=ArraySubquery(units.values("name")),
        carriers=ArraySubquery(carriers.values("name")),
        carriers_en=ArraySubquery(carriers.values(english=english)),
        everywhere="is_everywhere",
        legs="legs",
    )
    return rows.annotate(place_facts=facts)


def with_newest_place(rows: "QuerySet[Incident]") -> "QuerySet[Any]":
    """Incidents with the ``place_facts`` of their newest scope."""
    scopes = with_place(Scope.objects.filter(incident=OuterRef("pk"))).order_by("-n")
    return rows.annotate(place_facts=Subquery(scopes.values("place_facts")[:1]))


def place_in_words(facts: Mapping[str, Any]) -> str:
    """In the active language, such as “杭州、嘉兴（仅送件）”. Cities and units have no other name than their Chinese one.
    Which part of the way is concerned is named unless all of it is."""
    is_english = reads_english()
    between = ", " if is_english else "、"
    if facts["everywhere"]:
        place = _("all of the country")
    else:
        carriers = facts["carriers_en" if is_english else "carriers"]
        place = between.join([*facts["cities"], *facts["units"], *carriers])
    legs = [str(leg.label) for leg in Leg if leg in facts["legs"]]
    if len(legs) == len(Leg):
        return place
    return _("%(place)s (only %(legs)s)") % {"place": place, "legs": between.join(legs)}


def place_of(incident: Incident) -> str:
    """Of its newest scope; one statement."""
    facts = with_place(incident.scopes.order_by("-n")).values_list("place_facts", flat=True)
    return place_in_words(facts[0])

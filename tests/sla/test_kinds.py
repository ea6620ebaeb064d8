"""What clocks can run for is what the apps announce."""

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import override

from apps.accounts.enums import Role
from apps.orders.enums import OrderMatter
from apps.sla import services
from apps.sla.enums import Metric
from apps.sla.kinds import matter_kinds, words_of
from apps.sla.models import Clock, Matter, Policy, PolicyEpoch
from apps.sla.seeding import usual_policies
from tests.factories.sla import machine, subject

pytestmark = pytest.mark.django_db


def test_a_kind_keeps_the_word_and_the_colour_of_its_app() -> None:
    kind = matter_kinds()("order")
    assert (kind, kind.label, kind.colour) == ("order", OrderMatter.ORDER.label, "teal")


def test_what_nobody_announced_is_refused() -> None:
    with pytest.raises(ValueError, match="parcel_shop"):
        services.open_matter(kind="parcel_shop", subject=subject(), title="x", by=machine())
    with pytest.raises(ValidationError):
        services.create_policy(code="shops", name="x", kind="parcel_shop", by=machine())
    assert not Matter.objects.exists()


@pytest.mark.parametrize("model", [Clock, Matter, Policy, PolicyEpoch])
def test_a_new_kind_changes_no_migration(model: type[models.Model]) -> None:
    *_path, options = model._meta.get_field("kind").deconstruct()
    assert callable(options["choices"]), "the migrations hold a function, not a list of kinds"


def test_the_policies_of_all_apps_are_there() -> None:
    usual = usual_policies()
    assert {one["kind"] for one in usual} == set(matter_kinds().values)
    assert {one["code"] for one in usual} == set(Policy.objects.values_list("code", flat=True))
    steps = [step for one in usual for target in one["targets"] for step in target["steps"]]
    assert {whom for _when, whom, *_how in steps} <= {"owner", "unit_lead", *Role.values}
    assert {target["metric"] for one in usual for target in one["targets"]} <= set(Metric.values)


def test_a_condition_is_worded_by_the_kind_that_has_it() -> None:
    with override("en"):
        assert words_of("classes", "loss") == "Loss"
        assert words_of("classes", "brought_later") == "brought_later"

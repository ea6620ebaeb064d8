"""The prices of the demonstration are such that one can show them (BIL-1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.customers.models import Customer
from apps.desk.demo.companies import make_companies
from apps.desk.demo.people import make_people
from apps.pricing.demo import make_prices
from apps.pricing.enums import QuoteState
from apps.pricing.models import Quote, Tariff, TariffVersion
from apps.pricing.queries.pricing import Asked, explain_price, rate_shipment
from apps.pricing.rating import Shipment, fen

SHANGHAI, HANGZHOU, LHASA = "310115", "330106", "540100"


@pytest.mark.django_db
@pytest.mark.requirement("BIL-1")
def test_three_customers_have_prices_of_their_own_beside_the_list() -> None:
    now = timezone.now()
    cast = make_people(now - timedelta(days=20))
    make_companies(cast, now - timedelta(days=20), now)
    make_prices(seed=1, now=now)
    own = Tariff.objects.filter(customer__isnull=False)
    assert set(own.values_list("customer__code", flat=True)) == {"YUNSHANG", "CHAYU", "JINGMI"}
    assert TariffVersion.objects.filter(state="draft").count() == 1
    assert set(Quote.objects.values_list("state", flat=True)) == {
        QuoteState.OPEN,
        QuoteState.APPROVED,
    }
    prices = {}
    for code in ("", "YUNSHANG", "CHAYU", "JINGMI"):
        pk = Customer.objects.get(code=code).pk if code else None
        for destination in (SHANGHAI, HANGZHOU, LHASA):
            shipment = Shipment(SHANGHAI, destination, weight_g=4200, insured_fen=fen("2000"))
            price = rate_shipment(Asked(pk, "standard", timezone.localdate(now), shipment))
            rated, steps = explain_price(price.version, shipment)
            assert sum(step.fen or 0 for step in steps) == rated.gross_fen
            prices[code, destination] = price.rated.gross_fen
    # 12 + 7 half kilograms at 2 a kilogram, 8 % fuel, 10 of insurance, to the tenth.
    assert prices["", HANGZHOU] == 3050
    assert prices["", SHANGHAI] < prices["", HANGZHOU] < prices["", LHASA]
    assert prices["YUNSHANG", LHASA] < prices["", LHASA]
    van = Shipment(vehicle="van", distance_m=32_400, extras={"stops": 1})
    assert (
        rate_shipment(Asked(None, "dedicated", timezone.localdate(now), van)).rated.gross_fen
        == 8000 + 23 * 350 + 5000
    )

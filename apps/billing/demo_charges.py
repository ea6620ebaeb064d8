"""The shipments of a payer's month in the demonstration, as charges: priced like any other, by the tariffs that are there."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from django.conf import settings

from apps.billing.enums import (
    ChargeKind,
)
from apps.billing.inputs import NewCharge
from apps.billing.rules.months import last_day
from apps.customers.models import Customer
from apps.pricing.models import TaxClass
from apps.pricing.queries.pricing import Asked, rate_shipments
from apps.pricing.rating import Shipment, Unrated
from apps.pricing.rating.amounts import yuan
from apps.tracking.numbers import compose

CITIES = {
    "上海": "310000", "北京": "110000", "广州": "440100", "杭州": "330100", "南京": "320100",
    "苏州": "320500", "成都": "510100", "武汉": "420100", "西安": "610100", "深圳": "440300",
}  # fmt: skip
HOME = {"YUNSHANG": "上海", "CHAYU": "杭州", "JINGMI": "上海", "BOYA": "北京", "XIANDA": "广州"}
PER_MONTH = 24
# Numbers of months that were before the week of the demonstration, far from those it gives out.
SERIALS, KEY = 60_000_000, "00" * 16


class Shipments:
    """Gives out numbers in ascending order; the same from the same seed."""

    def __init__(self, random: Random) -> None:
        self.random, self.serial = random, SERIALS
        self.tax = TaxClass.objects.get(code="delivery")

    def of_month(self, code: str, customer: Customer, month: date) -> Iterator[NewCharge]:
        home = HOME[code]
        asked = []
        for _n in range(PER_MONTH):
            to = self.random.choice([city for city in CITIES if city != home])
            day = month + timedelta(days=self.random.randrange(last_day(month).day))
            shipment = Shipment(
                origin=CITIES[home],
                destination=CITIES[to],
                weight_g=self.random.choice((800, 1500, 2300, 4200, 7600, 12_500)),
                insured_fen=self.random.choice((0, 0, 0, 100_000, 500_000)),
            )
            self.serial += self.random.randrange(1, 900)
            number = compose(settings.WAYBILL_PREFIX, self.serial, KEY)
            asked.append(Asked(customer.pk, "standard", day, shipment, (number, to)))
        for question, price in rate_shipments(asked):
            if isinstance(price, Unrated):
                continue
            number, to = question.key
            weight = question.shipment.weight_g
            facts = {"from": home, "to": to, "pieces": 1, "weight_g": weight}
            for nth, line in enumerate(price.rated.lines):
                if line.fen:
                    yield NewCharge(
                        kind=ChargeKind(str(line.kind)),
                        gross=yuan(line.fen),
                        tax_class_id=self.tax.pk,
                        service_day=question.day,
                        source=f"demo:{number}",
                        nth=nth,
                        customer_id=customer.pk,
                        waybill=number,
                        facts=facts,
                        tariff_version_id=price.version.pk if price.version else None,
                    )

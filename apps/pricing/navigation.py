"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.navigation import Page, records, setting

PRICES = _("Prices")

PAGES = (
    records(
        _("Tariffs"),
        "sell",
        "pricing.tariff",
        about=_("List prices and the prices of contracts, in versions with their first days."),
        section=PRICES,
        hour=75,
        words="价格 报价 运价 合同价 tariff",
    ),
    Page(
        _("What would it cost?"),
        "calculate",
        "admin:pricing_tariff_try",
        "pricing.try_tariff",
        about=_("The price of a shipment by the tariffs in force, with every step."),
        section=PRICES,
        words="运费 试算 计价 价格",
    ),
    records(
        _("Quotes"),
        "request_quote",
        "pricing.quote",
        about=_("Prices for single jobs that no tariff fits, and who approved them."),
        section=PRICES,
        words="报价 一事一议 专车",
    ),
    setting(
        _("Tax classes"),
        "percent",
        "pricing.taxclass",
        _("What is taxed at which rate since when."),
        section=PRICES,
        words="税率 税类 增值税",
    ),
)

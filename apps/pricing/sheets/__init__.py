"""A tariff version as a workbook: a sheet for each part, in kilograms, yuan and per cent."""

from apps.pricing.sheets.reading import SheetTariff, read_tariff_book
from apps.pricing.sheets.writing import write_tariff_book

__all__ = ["SheetTariff", "read_tariff_book", "write_tariff_book"]

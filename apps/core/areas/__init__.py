"""The administrative areas of China: provinces, prefectures and counties with their codes.

Source: GB/T 2260 codes as the Ministry of Civil Affairs publishes them (dmfw.mca.gov.cn), state of
2025-12-31, in ``gbt2260.csv``; 710000 (Taiwan) has no counties there. Read once, then in memory.
"""

from apps.core.areas.addresses import area_in, city_code
from apps.core.areas.table import Area, Level, area_of, areas_named, short_name

__all__ = ["Area", "Level", "area_in", "area_of", "areas_named", "city_code", "short_name"]

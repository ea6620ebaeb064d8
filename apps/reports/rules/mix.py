"""A share as it would be if everybody had the same mix of lanes: indirect standardisation. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

# Whose, lane, good, counts.
Part = tuple[int, str, int, int]


def adjusted(parts: Iterable[Part]) -> dict[int, Fraction]:
    """Whose → what was reached over what the whole has on the same lanes, times the share of the whole: 1.05 times as
    good as usual on hard lanes is better than as good as usual on easy ones. None for whom nothing is to be
    expected."""
    rows = [part for part in parts if part[3]]
    lanes: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for _who, lane, good, counts in rows:
        lanes[lane][0] += good
        lanes[lane][1] += counts
    good = sum(one[0] for one in lanes.values())
    counts = sum(one[1] for one in lanes.values())
    if not good:
        return {}
    reached: dict[int, int] = defaultdict(int)
    expected: dict[int, Fraction] = defaultdict(Fraction)
    for who, lane, mine, count in rows:
        reached[who] += mine
        expected[who] += count * Fraction(*lanes[lane])
    usual = Fraction(good, counts)
    return {
        who: min(Fraction(1), reached[who] / hoped * usual)
        for who, hoped in expected.items()
        if hoped
    }

"""A hostile text costs what an honest one of its length costs."""

import time

import pytest

from apps.core.masking import Known, mask_text

SHIPMENT = Known(
    names=("赵敏", "李小红"),
    phones=("+8613700137001", "+8613900139002"),
    addresses=("上海市浦东新区世纪大道100号",),
)
LITTLE = 0.5  # seconds, whatever the text


def spent(text: str, little: float = 0.0) -> float:
    """Seconds of this process's own work, the least of three; as soon as it is ``little``, that."""
    found = []
    for _ in range(3):
        begun = time.process_time()
        mask_text(text, SHIPMENT)
        found.append(time.process_time() - begun)
        if found[-1] < little:
            break
    return min(found)


@pytest.mark.parametrize(
    "hostile",
    [
        "1",
        "a",
        "a.",
        "1-",
        "8-2-",
        " ",
        "签收人",
        "签收人:",
        "张",
        "路1 ",
        "&#49;",
        "A ",
        "一",
        "1 ",
        "5单元 ",
    ],
)
@pytest.mark.parametrize("begins", ["", "签收人:", "取件码"])
def test_twice_the_text_is_twice_the_work(begins: str, hostile: str) -> None:
    """Four times would be a rule that reads what lies behind it again and again."""
    size = 20_000 // len(hostile)
    twice = spent(begins + hostile * 2 * size, LITTLE)
    assert twice < LITTLE or twice < 3 * spent(begins + hostile * size)

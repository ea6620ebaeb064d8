"""Amounts in words, as cheques, invoices and statements have them (中文大写). Pure.

The rules are those of 支付结算办法, annex 1, §3–5: 零 for skipped places, 整 after a full 元 or 角, 角 that is 0 is said as
零 before 分.
"""

from decimal import Decimal

from apps.core.money import money

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def in_words(amount: Decimal) -> str:
    """``Decimal("10000.04")`` → ``壹万元零肆分``; below zero it begins with 负."""
    value = money(amount)
    if value == 0:
        return "零元整"
    whole, cents = divmod(int(abs(value) * 100), 100)
    jiao, fen = divmod(cents, 10)
    words = f"{_whole(whole)}元" if whole else ""
    if not cents:
        words += "整"
    elif jiao:
        words += DIGITS[jiao] + "角" + (DIGITS[fen] + "分" if fen else "整")
    else:
        words += ("零" if whole else "") + DIGITS[fen] + "分"
    return ("负" if value < 0 else "") + words


def _whole(number: int) -> str:
    """An integer above 0 in words, group by group of four places."""
    words, gap = "", False
    for group in range(len(GROUPS) - 1, -1, -1):
        part = number // 10_000**group % 10_000
        if not part:
            gap = bool(words)
            continue
        if words and (gap or part < 1000):
            words += DIGITS[0]
        words += _group(part) + GROUPS[group]
        gap = False
    return words


def _group(part: int) -> str:
    words, zero = "", False
    for place in (3, 2, 1, 0):
        digit = part // 10**place % 10
        if digit:
            words += (DIGITS[0] if zero and words else "") + DIGITS[digit] + PLACES[place]
            zero = False
        else:
            zero = True
    return words

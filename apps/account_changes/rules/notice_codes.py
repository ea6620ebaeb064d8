"""The code in a customer's notice: fifteen letters (75 bits) and one that catches what was mistyped. Pure.

Crockford's letters, without look-alikes; the last letter is Luhn's over all of them, so that a slip of the
hand is told from a notice that is not ours.
"""

from stdnum import luhn

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_READ_AS = str.maketrans("OILU", "011V")
# What people type between the groups.
_BETWEEN = str.maketrans("", "", " -_·—－\u3000\t")


def code_from(bits: int) -> str:
    """The code that stands for ``bits``, of which the lowest 75 count."""
    letters = []
    for _n in range(LENGTH - 1):
        bits, digit = divmod(bits, len(LETTERS))
        letters.append(LETTERS[digit])
    body = "".join(letters)
    return body + str(luhn.calc_check_digit(body, LETTERS))


def read_code(typed: str) -> str:
    """What was typed, as the code is written; empty when it cannot be one, as after a slip of the hand.
    Small letters, gaps and letters that look alike do no harm."""
    code = typed.upper().translate(_BETWEEN).translate(_READ_AS)
    if len(code) != LENGTH or not set(code) <= set(LETTERS):
        return ""
    return code if luhn.is_valid(code, LETTERS) else ""


def grouped(code: str) -> str:
    """In groups of four, as it is printed and read out."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))

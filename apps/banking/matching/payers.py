"""Who paid, by account number or name. Names alone never make it certain."""

from collections.abc import Sequence

from apps.banking.matching.values import Match, Nothing, Payer, Payment, Tie, Why
from apps.banking.matching.words import name_key, name_words, names_whole, plain

LEAST = 4  # characters of a Chinese name that are looked for inside a text


def propose_payer(line: Payment, payers: Sequence[Payer]) -> Match | Tie | Nothing:
    """``Match.items`` holds the one payer. Order: payment code in the text, account number, the whole
    name, words of the name in the line's name or text."""
    text = f"{line.text} {line.ref} {line.note}"
    ordered = sorted(payers, key=lambda one: str(one.id))
    coded = [one for one in ordered if one.code and names_whole(one.code, text)]
    if coded:
        return _one_of(coded, Why.CODE, is_certain=True)
    if line.account:
        numbered = [one for one in ordered if line.account in one.accounts]
        if numbered:
            return _one_of(numbered, Why.ACCOUNT, is_certain=True)
    if line.name:
        whole = [one for one in ordered if name_key(one.name) == name_key(line.name)]
        if whole:
            return _one_of(whole, Why.NAME, is_certain=False)
    scored = [(score, one) for one in ordered if (score := _likeness(line.name, text, one.name))]
    best = max((score for score, _one in scored), default=0)
    alike = [one for score, one in scored if score == best]
    return _one_of(alike, Why.NAME, is_certain=False) if alike else Nothing()


def _one_of(found: Sequence[Payer], why: Why, *, is_certain: bool) -> Match | Tie:
    if len(found) == 1:
        return Match((found[0],), why, is_certain=is_certain)
    return Tie(tuple(found), why)


def _likeness(payer_name: str, text: str, name: str) -> int:
    """How many words a payer's name shares with the line; 0 unless all of one side's are shared."""
    words = name_words(name)
    if not words:
        return 0
    mine = name_words(payer_name)
    if mine and (mine <= words or words <= mine):
        return len(mine & words)
    if words <= name_words(text):
        return len(words)
    key = name_key(name)
    inside = len(key) >= LEAST and not key.isascii() and key in name_key(plain(text))
    return 1 if inside else 0

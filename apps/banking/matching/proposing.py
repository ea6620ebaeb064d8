"""Which open items a payment settles, in the order of how strong the reason is."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

from apps.banking.matching.values import (
    ZERO,
    Aliases,
    Item,
    Match,
    Nothing,
    Payment,
    Policy,
    Tie,
    Why,
)
from apps.banking.matching.words import common_tokens, name_key, name_words, names_whole

Answer = Match | Tie | Nothing


def propose(
    line: Payment,
    items: Iterable[Item],
    aliases: Aliases | None = None,
    policy: Policy | None = None,
) -> Answer:
    """What ``line`` settles: ``Match(items, why)``, ``Tie(candidates)`` or ``Nothing``.

    In this order: payment code · our number in the text (whole tokens, separators ignored) · parts of
    a reference with the exact amount · payer's account number and exact amount · confirmed alias and
    exact amount · same payer, the only set of at most ``policy.most`` items with the exact sum (a
    single item goes before a set) · tolerance · with ``policy.may_part`` the oldest items · a payer's
    name in the text with the exact amount, which is never certain. Items of another sign than the
    payment take part only in sums.
    """
    aliases, policy = aliases or Aliases(), policy or Policy()
    ordered = sorted((item for item in items if item.amount), key=_age)
    payer, by = _payer_of(line, ordered, aliases)
    if payer is not None:
        ordered = [item for item in ordered if item.payer in (payer, None)]
    text = " ".join(str(getattr(line, name)) for name in policy.reads)
    for answer in (
        _by_code(line, ordered, text, policy),
        _by_number(line, ordered, text, policy),
        _by_tokens(line, ordered, text),
    ):
        if answer is not None:
            return answer
    if payer is not None:
        mine = [item for item in ordered if item.payer == payer]
        return _of_payer(line, mine, by, policy)
    return _by_name(line, ordered, text)


def _age(item: Item) -> tuple[date, str]:
    return item.since or date.min, str(item.id)


def _payer_of(
    line: Payment, items: Sequence[Item], aliases: Aliases
) -> tuple[Hashable | None, Why]:
    if line.payer is not None:
        return line.payer, Why.PAYER
    if line.account:
        owners = {item.payer for item in items if line.account in item.accounts}
        if len(owners) == 1:
            return owners.pop(), Why.ACCOUNT
        if line.account in aliases.accounts:
            return aliases.accounts[line.account], Why.ALIAS
    key = name_key(line.name)
    if key and key in aliases.names:
        return aliases.names[key], Why.ALIAS
    return None, Why.NONE


def _by_code(line: Payment, items: Sequence[Item], text: str, policy: Policy) -> Answer | None:
    hit = [item for item in items if item.code and names_whole(item.code, text)]
    return _among(line, hit, Why.CODE, policy) if hit else None


def _by_number(line: Payment, items: Sequence[Item], text: str, policy: Policy) -> Answer | None:
    hit = [
        item
        for item in items
        if any(names_whole(name, text) for name in (item.number, *item.refs) if name)
    ]
    return _among(line, hit, Why.NUMBER, policy) if hit else None


def _among(line: Payment, hit: Sequence[Item], why: Why, policy: Policy) -> Answer:
    """The text names these: all of them, or the one with the amount, or the set that adds up."""
    if len(hit) == 1 or _sum(hit) == line.amount:
        return _settled(line, hit, why, policy)
    exact = [item for item in hit if item.amount == line.amount]
    if len(exact) == 1:
        return Match((exact[0],), why)
    if exact:
        return Tie(tuple(exact), why)
    found = _sets(hit, line.amount, policy.most)
    if len(found) == 1:
        return Match(found[0], why)
    if not found and policy.may_part and len({item.payer for item in hit}) == 1:
        return _settled(line, _oldest(hit, line.amount), why, policy)
    return Tie(tuple(hit), why)


def _by_tokens(line: Payment, items: Sequence[Item], text: str) -> Answer | None:
    """The most tokens win, among items with the exact amount."""
    scored = [
        (score, item)
        for item in items
        if item.amount == line.amount
        and (
            score := max((common_tokens(ref, text) for ref in (item.number, *item.refs)), default=0)
        )
    ]
    if not scored:
        return None
    best = max(score for score, _item in scored)
    found = tuple(item for score, item in scored if score == best)
    return Match(found, Why.TOKENS) if len(found) == 1 else Tie(found, Why.TOKENS)


def _of_payer(line: Payment, mine: Sequence[Item], by: Why, policy: Policy) -> Answer:
    exact = [item for item in mine if item.amount == line.amount]
    if len(exact) == 1:
        return Match((exact[0],), by)
    if exact:
        return Tie(tuple(exact), by)
    found = _sets(mine, line.amount, policy.most)
    if len(found) == 1:
        return Match(found[0], Why.SUM)
    if found:
        return Tie(_union(found), Why.SUM)
    close = [
        item for item in mine if _same_sign(item, line) and policy.within(item.amount, line.amount)
    ]
    if len(close) == 1:
        return _settled(line, close, Why.TOLERANCE, policy)
    if close:
        return Tie(tuple(close), Why.TOLERANCE)
    same = [item for item in mine if _same_sign(item, line)]
    if policy.may_part and same:
        return _settled(line, _oldest(same, line.amount), Why.OLDEST, policy)
    return Nothing(near=tuple(mine))


def _by_name(line: Payment, items: Sequence[Item], text: str) -> Answer:
    """Nobody is known: a name in the text with the exact amount is a proposal, never more."""
    mentioned = name_words(text) | name_words(line.name)
    exact = [item for item in items if item.amount == line.amount]
    named = [
        item
        for item in exact
        if item.payer_name
        and (
            name_words(item.payer_name) <= mentioned
            or name_key(item.payer_name) == name_key(line.name)
        )
        and name_words(item.payer_name)
    ]
    if len(named) == 1:
        return Match((named[0],), Why.NAME, is_certain=False)
    if named:
        return Tie(tuple(named), Why.NAME)
    return Nothing(near=tuple(exact))


def _settled(line: Payment, items: Sequence[Item], why: Why, policy: Policy) -> Match:
    """What is left over on either side, or written off as a small difference."""
    owed = _sum(items)
    gap = owed - line.amount
    if gap and policy.within(owed, line.amount):
        return Match(tuple(items), why, write_off=gap)
    paid_less = abs(line.amount) < abs(owed)
    rest, over = (abs(gap), ZERO) if paid_less else (ZERO, abs(gap))
    return Match(tuple(items), why, is_certain=why != Why.OLDEST, rest=rest, over=over)


def _oldest(items: Sequence[Item], amount: Decimal) -> list[Item]:
    """As many of the oldest as the amount needs."""
    taken: list[Item] = []
    for item in items:
        if abs(_sum(taken)) >= abs(amount):
            break
        taken.append(item)
    return taken


def _sets(items: Sequence[Item], amount: Decimal, most: int) -> list[tuple[Item, ...]]:
    """The sets of two or more that add up exactly: none, the only one, or two of them as proof that it
    is not the only one. Of more than ``most`` items only all together are tried."""
    if len(items) > most:
        return [tuple(items)] if _sum(items) == amount else []
    found: list[tuple[Item, ...]] = []
    for size in range(2, len(items) + 1):
        for some in combinations(items, size):
            if _sum(some) == amount:
                found.append(some)
                if len(found) == 2:
                    return found
    return found


def _union(sets: Sequence[tuple[Item, ...]]) -> tuple[Item, ...]:
    seen = {id(item): item for some in sets for item in some}
    return tuple(sorted(seen.values(), key=_age))


def _same_sign(item: Item, line: Payment) -> bool:
    return (item.amount > 0) == (line.amount > 0)


def _sum(items: Iterable[Item]) -> Decimal:
    return sum((item.amount for item in items), ZERO)

"""A keyed permutation of whole numbers: serials go in, numbers that tell nothing come out. Pure.

A small Feistel network over two equal halves, walked until the result lies inside ``capacity``
(docs/adr/0005).
"""

from hashlib import blake2b

_ROUNDS = 8
MOST_BITS = 64  # two halves of 32 bits


def shuffle(value: int, key: str, capacity: int) -> int:
    """The place of ``value`` among ``capacity`` numbers; a bijection for each ``key`` (hex).
    Raises ValueError for a value outside."""
    return _walk(value, key, capacity, range(_ROUNDS))


def unshuffle(value: int, key: str, capacity: int) -> int:
    """What ``shuffle`` was given."""
    return _walk(value, key, capacity, range(_ROUNDS - 1, -1, -1))


def _walk(value: int, key: str, capacity: int, turns: range) -> int:
    if not 0 <= value < capacity:
        raise ValueError(f"{value} is outside the {capacity} numbers there are")
    secret, backwards = bytes.fromhex(key), turns.step < 0
    # With halves no larger than this a walk takes four tries at most on average.
    bits = -(-(capacity - 1).bit_length() // 2)
    mask = (1 << bits) - 1
    while True:
        left, right = value >> bits, value & mask
        for turn in turns:
            if backwards:
                left, right = right ^ (_mix(secret, turn, left) & mask), left
            else:
                left, right = right, left ^ (_mix(secret, turn, right) & mask)
        value = left << bits | right
        if value < capacity:
            return value


def _mix(key: bytes, turn: int, half: int) -> int:
    digest = blake2b(half.to_bytes(4, "big"), key=key, digest_size=4, person=bytes([turn]))
    return int.from_bytes(digest.digest(), "big")

"""How fast something came, as whoever received it counts."""


def most_within_a_second(moments: list[float]) -> int:
    """``moments`` ascending."""
    most, first = 0, 0
    for n, moment in enumerate(moments):
        while moment - moments[first] >= 1.0:
            first += 1
        most = max(most, n - first + 1)
    return most

"""Weights as people read them."""


def kilograms(grams: int) -> str:
    """``4.2 kg`` for 4200 g; grams are exact, so nothing is rounded away."""
    whole, rest = divmod(grams, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") + " kg"

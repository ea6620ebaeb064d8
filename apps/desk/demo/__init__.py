"""A believable week at a courier, made through the same services that people use.

Deterministic from a seed; times are counted back from now, so that clocks tick when one looks.
"""

"""A believable week at a courier, made through the same services that people use; what is past by
weeks and comes by the hundred through their ``history``, which leaves the same rows in sets.

Deterministic from a seed; times are counted back from now, so that clocks tick when one looks.
"""

from apps.desk.demo.opinions import make_opinions

PARTS = ((9, make_opinions),)

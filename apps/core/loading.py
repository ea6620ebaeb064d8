"""Memory of a process that loads, and of one that has."""

import gc


def collect_garbage_rarely() -> None:
    """By Python's own measure it would be looked for after each 700 objects more."""
    gc.set_threshold(50_000, 20, 50)


def freeze_loaded() -> None:
    """Exempt everything loaded so far from garbage collection, as it lives until the process ends anyway:
    collections would walk over it each time a batch makes tens of thousands of objects, and the marks they
    leave would make forked processes copy its memory."""
    gc.collect()
    gc.freeze()
    collect_garbage_rarely()

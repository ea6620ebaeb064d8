"""Memory of a process that has finished loading."""

import gc


def freeze_loaded() -> None:
    """Exempt everything loaded so far from garbage collection, as it lives until the process ends anyway:
    collections would walk over it each time a batch makes tens of thousands of objects, and the marks they
    leave would make forked processes copy its memory."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)

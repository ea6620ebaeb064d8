"""What a process has loaded when it is ready stays until its end."""

import gc


def keep_loaded() -> None:
    """Keep the collector off it: it would walk over all of it again and again, while a batch makes tens
    of thousands of objects that live until its end; and forked processes would copy what it marks."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)

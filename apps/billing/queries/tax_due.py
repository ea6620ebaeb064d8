"""Since when something waits for the tax channel: rows ('', since) for ``due_when``."""

DUE = """
SELECT '', LEAST(
    (SELECT channel_due_at FROM billing_invoice WHERE channel_due_at IS NOT NULL
     ORDER BY channel_due_at LIMIT 1),
    (SELECT channel_due_at FROM billing_redform WHERE channel_due_at IS NOT NULL
     ORDER BY channel_due_at LIMIT 1)
)
"""
# What waits for a channel that is not set up is nobody's work.
NOTHING = "SELECT '', NULL::timestamptz"

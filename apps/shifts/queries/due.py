"""What time alone makes due, for the worker that asks all the time; each part has an index of its own."""

# The same as queries.handing_over.ending_shifts, and the swaps and handovers that end by themselves.
WORK_DUE = """
SELECT '', LEAST(
    (SELECT min(s.ends_at) - interval '30 minutes' FROM accounts_dutyshift s
     WHERE s.withdrawn_at IS NULL AND s.ends_at > statement_timestamp() - interval '6 hours'
        AND s.ends_at <= statement_timestamp() + interval '40 minutes'
        AND NOT EXISTS (SELECT FROM shifts_handover h WHERE h.shift_id = s.id)
        AND NOT EXISTS (SELECT FROM accounts_dutyshift o WHERE o.user_id = s.user_id AND o.withdrawn_at IS NULL
            AND o.starts_at <= s.ends_at AND o.ends_at > s.ends_at)),
    (SELECT min(ends_at) FROM shifts_handover WHERE state = 'open' AND receiver_id IS NOT NULL),
    (SELECT min(greatest(ends_at, coalesce(offered_at, ends_at))) + interval '15 minutes' FROM shifts_handover
     WHERE state IN ('open', 'offered')),
    (SELECT min(starts_at) FROM shifts_swap WHERE state IN ('asked', 'taken')))
"""

"""Where the release of a remittance is interrupted: what has just been done, module of ``releasing`` and name."""

POINTS = {
    "approved": ("", "approve"),
    "remitted": ("", "mark_remitted"),
    "claw-backs": ("", "take_claw_backs"),
    "drafted": ("", "draft_payout"),
    "released": ("", "release_payouts"),
    "entry": ("books", "post_remittance"),
}

"""What time alone makes due, for the worker that asks all the time."""

# Of campaigns, of which there are few, those with a customer that nothing has reached yet.
TO_HAND_OVER = """
SELECT '', min(c.call_from) FROM account_changes_campaign c JOIN account_changes_changeproject p ON p.id = c.project_id
WHERE p.state NOT IN ('reported', 'rolled_back', 'called_off')
    AND EXISTS (SELECT FROM account_changes_campaignrecipient r WHERE r.campaign_id = c.id AND r.state = 'told')
"""

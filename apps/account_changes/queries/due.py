"""What time alone makes due, for the worker that asks all the time."""

# Of campaigns, of which there are few, those with a customer that nothing has reached yet; who came after the
# press is called from the hour of their supplement.
TO_HAND_OVER = """
SELECT '', min(w.call_from) FROM (
    SELECT c.id, NULL::bigint AS supplement_id, c.project_id, c.call_from FROM account_changes_campaign c
    UNION ALL
    SELECT c.id, s.id, c.project_id, s.call_from FROM account_changes_campaignsupplement s
        JOIN account_changes_campaign c ON c.id = s.campaign_id) w
JOIN account_changes_changeproject p ON p.id = w.project_id
WHERE p.state NOT IN ('reported', 'rolled_back', 'called_off')
    AND EXISTS (SELECT FROM account_changes_campaignrecipient r WHERE r.campaign_id = w.id AND r.state = 'told'
        AND r.supplement_id IS NOT DISTINCT FROM w.supplement_id)
"""

"""Pure rules: intervals, days, patterns."""

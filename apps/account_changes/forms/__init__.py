"""What staff type about COD and account changes."""

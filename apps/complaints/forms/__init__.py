"""What staff type about cases, from text to clean values."""

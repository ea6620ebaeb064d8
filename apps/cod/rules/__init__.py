"""Pure arithmetic of money at the door."""

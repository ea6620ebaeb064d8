"""What is read of duty and handover."""

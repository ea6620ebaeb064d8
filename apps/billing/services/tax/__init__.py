"""What goes through the tax channel: invoices, red forms, and the work on them (BIL-4)."""

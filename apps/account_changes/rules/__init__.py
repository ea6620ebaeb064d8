"""Rules of the COD floor, pure."""

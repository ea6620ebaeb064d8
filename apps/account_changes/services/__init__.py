"""Writes of the COD floor."""

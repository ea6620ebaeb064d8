"""Reads of the COD floor."""

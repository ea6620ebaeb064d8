"""Parcel lockers: an app as somebody adds it, who touches nothing but its folder."""

"""The doors of the public pages; urls.py names each by its module."""

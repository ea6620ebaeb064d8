"""The doors of the desk; urls.py names each by its module."""

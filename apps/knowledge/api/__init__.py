"""The help centre for programs."""

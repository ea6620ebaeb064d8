"""Scripted frauds: what somebody with a sign-in, a key or the database's password tries, so that money goes
elsewhere or nobody sees what was done.

Each test is named after the fraud. It asserts twice: that it was refused or came to nothing, and that it left a trace (an
event, a finding, an alert). ``docs/frauds.md`` lists all of them by name; ``python -m tests.frauds`` writes it anew.
"""

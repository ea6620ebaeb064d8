"""Runs everything and tests everything on a machine that has nothing but Python.

Standard library only: it runs before anything is installed. Three processes matter:

front        what the person started; it prints, and passes Ctrl-C on
supervisor   parent of every server; it ends them when the front asks or is gone
children     PostgreSQL, Valkey, web, worker, beat, standby, streams
"""

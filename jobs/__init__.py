"""Doors for time. A job is a function that is called again and again: it asks the database what is due, hands each
row to a flow, and returns when nothing is left. It keeps nothing between two calls, so it may be killed at any
moment, and any number of processes may run it side by side.

`timetable.py` lists the jobs and their rhythm; `scheduler.py` ticks; `worker.py` claims, does and fences."""

"""Overload, slow clients and long runs: what the system does when more is asked of it than it can do.

`run.py` is `make load`. The traffic comes from `generator.py`, a process of its own that says what it costs, because
wrk asks only when it was answered: it slows down with the system and never overloads it.
"""

"""A reason to stop that is the operator's to fix."""


class Refusal(Exception):
    """Why the command can't go on, in one line; it is printed as it is, without a traceback."""

"""How a handler refuses: it raises, and what it raised is said."""


class Declined(Exception):
    """Understood, but not to be done now: why, in one Chinese sentence. (`Misread` is for what was not understood.)"""


class CannotUndo(Exception):
    """Say in Chinese why a record cannot be undone."""

"""The order in which features look at a message."""

from __future__ import annotations

from enum import IntEnum


class Stage(IntEnum):
    """When an observer looks at a message: earlier stages first, within one stage by the feature's id.

    An observer that ends a message keeps it from every later stage, so what judges stands before what counts.
    """

    JUDGE = 20
    """Decide what a message is: an advertisement, a payment."""
    RULES = 30
    """Hold the group's rules against it."""
    LOOK = 50
    """Look on, the default: nobody else depends on it."""
    ANSWER = 70
    """Answer what was asked, once nobody has taken it away."""
    COUNT = 90
    """Count what is left."""

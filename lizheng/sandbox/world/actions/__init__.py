"""The OneBot v11 actions of the endpoint: `ACTIONS` maps a name to what answers it."""

from .files import FILES
from .groups import GROUPS
from .info import INFO
from .messages import MESSAGES
from .params import Action, BadParams, Call
from .quick import QUICK

ACTIONS: dict[str, Action] = {**MESSAGES, **GROUPS, **FILES, **INFO, **QUICK}

__all__ = ["ACTIONS", "BadParams", "Call"]

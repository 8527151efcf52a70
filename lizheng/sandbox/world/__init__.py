"""The simulated QQ: people, groups, messages and rules, seen through a OneBot v11 endpoint.

Pure and synchronous: no sockets, no clock of its own (time is the `now` it is given), no bot framework.
Humans act through the methods of `World`; the bot acts through `World.act`.
"""

from .faults import Fault, FaultKind, Faults
from .happenings import ApiCall, Happening
from .refusal import WorldError
from .state import Group, Member, Message, Person, Request, Role
from .world import World

__all__ = [
    "ApiCall",
    "Fault",
    "FaultKind",
    "Faults",
    "Group",
    "Happening",
    "Member",
    "Message",
    "Person",
    "Request",
    "Role",
    "World",
    "WorldError",
]

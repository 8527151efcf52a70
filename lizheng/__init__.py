"""Lizheng's kit: what a plugin needs, on one page.

A plugin makes one `Feature`, declares commands, events and jobs on it, and exposes `__plugin_meta__ = feature.metadata`.
"""

import sys

if sys.argv[:1] == ["-m"]:  # `python -m lizheng` looks for its module, before anything of it has run
    from lizheng.base import venv as checkout

    checkout.enter()

from lizheng.adapter.requests import JoinQueue, QueuedRequest
from lizheng.base.config import data_file
from lizheng.base.outcome import Outcome, State, Why
from lizheng.base.roles import Role
from lizheng.base.version import VERSION
from lizheng.delivery.outbox import Priority, Ticket, Withdrawal
from lizheng.drawing import Sheet, Style
from lizheng.events import (
    BotOffline,
    CardChanged,
    EssenceChanged,
    FeatureSwitched,
    FileShared,
    GroupDissolved,
    GroupMet,
    GroupRenamed,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    MessageRecalled,
    OwnerChanged,
    ReactionChanged,
    RoleChanged,
    SettingChanged,
    TitleChanged,
)
from lizheng.grammar import Misread, WeeklySpans, Words, say_duration
from lizheng.groups.members import MemberInfo
from lizheng.groups.survey import Survey
from lizheng.messages.templates import Drawing, Face, Mention, Picture, compose, fill, mentions, placeholders
from lizheng.plugin.announced import Urgency
from lizheng.plugin.command import Command, Form
from lizheng.plugin.completed import Completed
from lizheng.plugin.context import Context, GroupContext, Quoted, is_anonymous
from lizheng.plugin.coverage import Coverage
from lizheng.plugin.deeds import Dimension
from lizheng.plugin.deliveries import Delivery
from lizheng.plugin.feature import Feature
from lizheng.plugin.hook import Hook, HookFailed
from lizheng.plugin.identity import Area, Recipe
from lizheng.plugin.memory import InMemory
from lizheng.plugin.param_kinds import Choice, Line, Numbered, Numbers, Several
from lizheng.plugin.params import Duration, Member, Members, People, Person, Word, Yuan
from lizheng.plugin.refusals import CannotUndo, Declined
from lizheng.plugin.retention import Keep
from lizheng.plugin.services import Services, Waiting
from lizheng.plugin.stage import Stage
from lizheng.store import after_commit, atomic, fetch, next_number, readable
from lizheng.store.tables import Pending, Record, Slot

__all__ = [
    "Area",
    "BotOffline",
    "CannotUndo",
    "CardChanged",
    "Choice",
    "Command",
    "Completed",
    "Context",
    "Coverage",
    "Declined",
    "Delivery",
    "Dimension",
    "Drawing",
    "Duration",
    "EssenceChanged",
    "Face",
    "Feature",
    "FeatureSwitched",
    "FileShared",
    "Form",
    "GroupContext",
    "GroupDissolved",
    "GroupMet",
    "GroupRenamed",
    "Hook",
    "HookFailed",
    "InMemory",
    "JoinQueue",
    "JoinRequested",
    "Keep",
    "Line",
    "Member",
    "MemberInfo",
    "MemberJoined",
    "MemberLeft",
    "MemberMuted",
    "Members",
    "Mention",
    "MessageRecalled",
    "Misread",
    "Numbered",
    "Numbers",
    "Outcome",
    "OwnerChanged",
    "Pending",
    "People",
    "Person",
    "Picture",
    "Priority",
    "QueuedRequest",
    "Quoted",
    "ReactionChanged",
    "Recipe",
    "Record",
    "Role",
    "RoleChanged",
    "Services",
    "SettingChanged",
    "Several",
    "Sheet",
    "Slot",
    "Stage",
    "State",
    "Style",
    "Survey",
    "Ticket",
    "TitleChanged",
    "Urgency",
    "Waiting",
    "WeeklySpans",
    "Why",
    "Withdrawal",
    "Word",
    "Words",
    "Yuan",
    "after_commit",
    "atomic",
    "compose",
    "data_file",
    "fetch",
    "fill",
    "is_anonymous",
    "mentions",
    "next_number",
    "placeholders",
    "readable",
    "say_duration",
]
__version__ = VERSION

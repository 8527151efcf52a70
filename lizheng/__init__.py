"""Lizheng's kit: what a plugin needs, on one page.

A plugin makes one `Feature`, declares commands, events and jobs on it, and exposes `__plugin_meta__ = feature.metadata`.
"""

import sys

if sys.argv[:1] == ["-m"]:  # `python -m lizheng` looks for its module, before anything of it has run
    from lizheng import checkout

    checkout.enter()

from lizheng.commands import Declined
from lizheng.context import Context, GroupContext, Quoted
from lizheng.drawing import Sheet, Style
from lizheng.events import (
    CardChanged,
    FeatureSwitched,
    FileShared,
    GroupMet,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    MessageRecalled,
    RoleChanged,
    SettingChanged,
)
from lizheng.feature import Feature
from lizheng.grammar import Misread, WeeklySpans, Words
from lizheng.hooks import Hook, HookFailed
from lizheng.keeping import Keep
from lizheng.models import Pending, Record, Slot
from lizheng.outcome import Outcome, State
from lizheng.params import Duration, Member, Members, People, Person, Word, Yuan
from lizheng.roles import Role
from lizheng.speech import Drawing, Mention, Picture
from lizheng.store import atomic

__all__ = [
    "CardChanged",
    "Context",
    "Declined",
    "Drawing",
    "Duration",
    "Feature",
    "FeatureSwitched",
    "FileShared",
    "GroupContext",
    "GroupMet",
    "Hook",
    "HookFailed",
    "JoinRequested",
    "Keep",
    "Member",
    "MemberJoined",
    "MemberLeft",
    "MemberMuted",
    "Members",
    "Mention",
    "MessageRecalled",
    "Misread",
    "Outcome",
    "Pending",
    "People",
    "Person",
    "Picture",
    "Quoted",
    "Record",
    "Role",
    "RoleChanged",
    "SettingChanged",
    "Sheet",
    "Slot",
    "State",
    "Style",
    "WeeklySpans",
    "Word",
    "Words",
    "Yuan",
    "atomic",
]
__version__ = "0.1.0"

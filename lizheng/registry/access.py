"""The one predicate: may this person use this form, here, now? Execution and `/帮助` both ask it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lizheng.base.roles import Role
from lizheng.groups.choices import GroupState
from lizheng.plugin.command import Form
from lizheng.plugin.identity import FeatureInfo


class Denial(StrEnum):
    OFF = "off"
    ROLE = "role"


@dataclass(frozen=True)
class Verdict:
    """Whether it is allowed; if not, why, with the sentence to tell ("" where silence is the answer)."""

    allowed: bool
    denial: Denial | None = None
    sentence: str = ""


ALLOWED = Verdict(True)


def is_on(group: GroupState, feature: FeatureInfo) -> bool:
    """Ours start off in a group, `always_on` ones cannot be switched, and some are on with others that need them.

    One that could not begin is off everywhere.
    """
    return not feature.asleep and is_switched_on(group, feature)


def is_switched_on(group: GroupState, feature: FeatureInfo) -> bool:
    """Whether the group wants it on, whether or not it could begin."""
    return group.switches.get(feature.id, False) or comes_along(group, feature)


def comes_along(group: GroupState, feature: FeatureInfo) -> bool:
    """Whether it is on whatever its own switch says."""
    return feature.always_on or any(group.switches.get(other, False) for other in feature.on_with)


def goes_along(group: GroupState, feature: FeatureInfo, leaving: str) -> bool:
    """Whether it is on only because of one that is being switched off."""
    if feature.always_on or feature.id == leaving or group.switches.get(feature.id, False):
        return False
    return {other for other in feature.on_with if group.switches.get(other, False)} == {leaving}


def opened_with(feature: FeatureInfo, titles: Sequence[str] | None = None) -> str:
    """How one without a switch of its own comes to be on: `跟着「广告税」「账本」一起开，`; "" for any other.

    `titles` are those it is on with, by default all that are loaded.
    """
    along = feature.along_with if titles is None else titles
    if not feature.hidden or not along:
        return ""
    return f"跟着「{'」「'.join(along)}」一起开，"


def may(group: GroupState, feature: FeatureInfo, form: Form, role: Role) -> Verdict:
    """A feature that is off is silent for members and one hint for admins; too low a role is told who may."""
    if feature.asleep and is_switched_on(group, feature):
        hint = f"「{feature.title}」启动时出错，先停着，过一会儿自动重试。"
        return Verdict(False, Denial.OFF, hint if role >= Role.ADMIN else "")
    if not is_on(group, feature):
        how = opened_with(feature)
        hint = f"{how}现在都没开。" if how else f"在本群是关的。发 /开启 {feature.title} 打开它。"
        return Verdict(False, Denial.OFF, f"「{feature.title}」{hint}" if role >= Role.ADMIN else "")
    if role < form.role:
        return Verdict(False, Denial.ROLE, f"{form.usage} 只有{form.role.and_above}能用。")
    return ALLOWED

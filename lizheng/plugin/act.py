"""One act in QQ, as a context hands it on to be performed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lizheng.delivery.outbox import Then


@dataclass(frozen=True)
class Act:
    """One thing to do in QQ. `label` says it in Chinese for the audit and for dry run, e.g. `禁言 10 分钟`.

    `target` 0 means nobody in particular. `own` marks a member's own request for oneself, which protection allows.
    `undo` is the audit record's way back, `{"name": …}`. `key` names it among the effects of its cause, `then` is
    told how it ended.
    """

    kind: str
    label: str
    api: str
    params: dict[str, Any] = field(default_factory=dict)
    target: int = 0
    reason: str = ""
    rule: str = ""
    own: bool = False
    undo: dict[str, Any] | None = None
    needs_admin: bool = True
    may_be_gone: bool = False
    outside: bool = False
    """The target is in no group yet: nobody looks them up, and protection, which is from harm, is not asked."""
    lasts: timedelta | None = None
    """Of a mute, how long: one that would end sooner than what runs already is not carried out."""
    again: bool = False
    """Whoever asks will ask again while nobody can be looked up: so this is no end, and is not recorded."""
    key: str = ""
    then: Then | None = None

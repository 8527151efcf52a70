"""The whole simulated QQ behind one class."""

import asyncio
from typing import Any

from .actions import ACTIONS, BadParams, Call
from .endpoints import MANNERS
from .faults import FaultKind
from .happenings import ApiCall
from .refusal import WorldError
from .scene import Scene
from .segments import to_plain
from .state import Group

SHOWN_MESSAGES = 50


def answer_ok(data: Any = None) -> dict[str, Any]:
    return {"status": "ok", "retcode": 0, "data": data, "message": "", "wording": ""}


def answer_failed(retcode: int, why: str) -> dict[str, Any]:
    return {"status": "failed", "retcode": retcode, "data": None, "message": why, "wording": why}


class World(Scene):
    """QQ with no QQ: `now` gives epoch seconds, `account` is the bot's number.

    Set it up with `add_person`, `add_group`, `befriend`, `add_account`; act as a person with `say`,
    `whisper`, `kick` and so on (each raises WorldError when QQ itself would refuse); act as the bot
    with `act`. `outlets` receive the OneBot events for the bot accounts (look at `self_id`), `watchers`
    every `Happening`. Switches: `report_self` (own messages come back as message_sent), `debug_raw`
    (NapCat's debug), `temp_sessions`, `packet_as_text` (SnowLuma). `faults` holds what goes wrong,
    `media` the pictures; `media_base` is the address their urls begin with. `use_endpoint` changes the
    endpoint.
    """

    async def act(self, action: str, params: Any = None, account: int | None = None) -> dict[str, Any]:
        """Answer one API call in full, without echo; may wait for ever or for long when a fault says so."""
        account = account or self.account
        call = self.note_call(action, params, account)
        delay = self.faults.take(FaultKind.DELAY, action)
        if delay:
            await self.sleep(delay.seconds)
        silent = self.faults.take(FaultKind.NEVER_ANSWERS, action)
        if silent:
            if silent.done:
                self.perform(action, call.params, account)
            await asyncio.get_running_loop().create_future()
        call.answer = self._answer(action, call.params, account)
        return call.answer

    def note_call(self, action: str, params: Any, account: int) -> ApiCall:
        """Put a call into `api_log`; its answer is still missing."""
        call = ApiCall(self.now(), action, {} if params is None else params, None, account)
        self.api_log.append(call)
        return call

    def _answer(self, action: str, params: Any, account: int) -> dict[str, Any]:
        if refused := self.faults.take(FaultKind.REFUSED, action):
            return answer_failed(1200, refused.message)
        if self.faults.take(FaultKind.OK_BUT_NOT_DONE, action):
            sends = action.startswith("send_") and action.endswith("_msg")
            return answer_ok({"message_id": self.fresh_message_id()} if sends else None)
        answer = self.perform(action, params, account)
        if fault := self.faults.take(FaultKind.FAILED_BUT_DONE, action):
            return answer_failed(1200, fault.message)
        return answer

    def perform(self, action: str, params: Any, account: int | None = None) -> dict[str, Any]:
        """The call and its answer with no fault in between; neither waits nor logs."""
        handler = ACTIONS.get(action.removesuffix("_async").removesuffix("_rate_limited"))
        if handler is None:
            return answer_failed(1404, f"不支持的Api {action}")
        if not isinstance(params, dict):
            return answer_failed(1400, "params: Expected object")
        try:
            return answer_ok(handler(Call(self, account or self.account, params)))
        except BadParams as error:
            return answer_failed(1400, str(error))
        except WorldError as error:
            return answer_failed(1200, error.kernel)

    def snapshot(self, group_id: int | None = None) -> dict[str, Any]:
        """What a page needs to start from, JSON-able; only one group's when `group_id` is given."""
        groups = self.groups.values() if group_id is None else [self.group(group_id)]
        return {
            "now": self.now(),
            "seq": self._happened,
            "endpoint": next((name for name, one in MANNERS.items() if one == self.manner), ""),
            "endpoints": list(MANNERS),
            "app_name": self.endpoint.app_name,
            "account": self.account,
            "accounts": list(self.accounts),
            "friends": sorted(self.friends),
            "people": [{"user_id": one.user_id, "nickname": one.nickname} for one in self.people.values()],
            "groups": [self._group_snapshot(group) for group in groups],
            "requests": [
                {
                    "flag": one.flag,
                    "kind": one.kind,
                    "group_id": one.group_id,
                    "user_id": one.user_id,
                    "comment": one.comment,
                    "at": one.at,
                }
                for one in self.requests.values()
                if one.state == "pending"
            ],
            "faults": [fault.to_dict() for fault in self.faults],
            "switches": {
                name: getattr(self, name)
                for name in ("report_self", "debug_raw", "temp_sessions", "packet_as_text")
            },
        }

    def _group_snapshot(self, group: Group) -> dict[str, Any]:
        return {
            "group_id": group.group_id,
            "name": group.name,
            "mute_all": group.mute_all,
            "question": group.question,
            "essence": list(group.essence),
            "members": [
                {
                    "user_id": one.user_id,
                    "nickname": self.people[one.user_id].nickname,
                    "card": one.card,
                    "role": one.role.value,
                    "title": one.title,
                    "join_time": one.join_time,
                    "last_sent_time": one.last_sent_time,
                    "muted_until": one.muted_until if one.muted_until > self.now() else 0,
                }
                for one in group.members.values()
            ],
            "messages": [
                {
                    "message_id": one.message_id,
                    "user_id": one.user_id,
                    "at": one.at,
                    "text": f"[红包] {one.packet}" if one.packet is not None else to_plain(one.segments),
                    "segments": self.media.inlined(one.segments) if one.packet is None else [],
                    "wish": one.packet,
                    "recalled": one.recalled,
                }
                for one in list(group.messages)[-SHOWN_MESSAGES:]
            ],
        }

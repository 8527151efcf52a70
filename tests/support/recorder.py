"""Says things with pictures and files in a conversation's group, and hears what the bot answers."""

from __future__ import annotations

import base64

from lizheng.messages.templates import plain
from lizheng.sandbox.transcript import Player
from lizheng.sandbox.world import Happening


def picture(content: bytes) -> dict:
    return {"type": "image", "data": {"file": f"base64://{base64.b64encode(content).decode()}"}}


class Recorder:
    def __init__(self, player: Player):
        self.player = player
        self.said: list[str] = []
        player.world.watchers.append(self._hear)

    def _hear(self, happening: Happening) -> None:
        if happening.kind == "message" and happening.user_id == self.player.world.account:
            self.said.append(plain(happening.data["segments"]))

    async def whisper(self, who: str, words: str) -> list[str]:
        """What the bot said after this, in the group and in private: sorted, as of two places either may come first."""
        self.said.clear()
        self.player.world.whisper(self.player.person(who), words)
        await self.player.stage.settle()
        return sorted(self.said)

    @property
    def last(self) -> str:
        return self.said[-1] if self.said else ""

    async def say(self, who: str, *parts: str | dict) -> str:
        """What the bot last said after this, "" for nothing."""
        segments = [{"type": "text", "data": {"text": p}} if isinstance(p, str) else p for p in parts]
        self.said.clear()
        self.player.world.say(self.player.group.group_id, self.player.person(who), segments)
        await self.player.stage.settle()
        return self.last

"""The observer: every message of those who are not protected, judged."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from nonebot import logger

from lizheng import Context, GroupContext, Pending, Role, Services
from lizheng.events import FeatureSwitched, GroupTakenOver
from lizheng.hooks import ad_opinion
from lizheng.messages.content import opened
from lizheng.parts.nicknames import nick_suspicion
from plugins.ad_guard.acting import Acting
from plugins.ad_guard.arrivals import Arrivals
from plugins.ad_guard.codes import Codes
from plugins.ad_guard.findings import forget_old
from plugins.ad_guard.lessons import LessonBook
from plugins.ad_guard.reading import Reading, read, without_command
from plugins.ad_guard.recognise import Evidence, Judgement, ModelError, Recogniser
from plugins.ad_guard.settings import Settings

WEIGHTS = Path(__file__).with_name("assets") / "weights.bin"
FEATURE = "ad_guard"
SHORTEST = 3
"""What is shorter says nothing by itself."""
REMEMBERED, REMEMBERED_LENGTH = 4096, 40
MOST_FORWARDS = 2
"""So many from the beginning, and the last."""


class Sight(NamedTuple):
    """What was judged, and how."""

    text: str
    evidence: tuple[Evidence, ...]
    judgement: Judgement


@cache
def _weights() -> Recogniser:
    """Read the weights, which never change, once per process."""
    return Recogniser.load(WEIGHTS)


class Guard:
    """Judges messages. What was found harmless lately is not judged again: chats repeat themselves."""

    def __init__(self) -> None:
        self.recogniser: Recogniser | None = None
        self.lessons = LessonBook()
        self.arrivals = Arrivals()
        self.codes = Codes()
        self.acting = Acting()
        self._harmless: OrderedDict[tuple[int, int, str], None] = OrderedDict()

    async def begin(self, host: Services[Any]) -> None:
        """Read the lessons and the newcomers, and the weights where any group wants them; once per start."""
        if any(group.switches.get(FEATURE) for group in host.groups.known()):
            self.load()
        await self.lessons.load()
        await self.arrivals.load(host.now())
        await forget_old(host.now())

    def load(self) -> None:
        """Read the weights: a tenth of a second and 15 MB, spent only where the feature is used."""
        if self.recogniser is None:
            try:
                self.recogniser = _weights()
            except (ModelError, OSError) as error:
                logger.error("lizheng: advertisements cannot be recognised: {}", error)

    async def switched(self, ctx: GroupContext, happened: FeatureSwitched) -> None:
        if happened.on:
            self.load()

    async def taken_over(self, ctx: GroupContext, happened: GroupTakenOver) -> None:
        """What another host was taught, and whom it saw come."""
        self.load()
        await self.lessons.load(ctx.group.id)
        await self.arrivals.read_again(ctx.group.id)

    # — judging ————————————————————————————————————————————————————————————————————————————

    def judge(
        self, group_id: int, text: str, evidence: Iterable[Evidence] = (), **priors: Any
    ) -> Judgement | None:
        """With this group's lessons; None while there is nothing to judge by."""
        if self.recogniser is None:
            return None
        return self.recogniser.judge(text, evidence=evidence, learned=self.lessons.of(group_id), **priors)

    async def look(self, ctx: Context) -> bool:
        """True when the message was an advertisement and had to go.

        A command is stopped only where it is one for certain, and nobody has asked for such: else it is looked at once
        it has ended.
        """
        if ctx.role >= Role.ADMIN or (ctx.command is not None and ctx.role >= Role.DEPUTY):
            return False
        first_words = await self.arrivals.speaks(ctx.group.id, ctx.author_id)
        if ctx.command is not None and _wants_ads(ctx):
            return False
        judged = await self._judged(ctx, first_words)
        if judged is None or (ctx.command is not None and not judged[1].certain):
            return False
        return await self.acting.receive(ctx, *judged)

    async def look_back(self, ctx: Context) -> None:
        """A command that was refused is a message like any other. One that did what was asked is let be, unless it is
        an advertisement that nobody is going to look at.
        """
        if ctx.role >= Role.DEPUTY or ctx.cleared or (ctx.succeeded and _wants_ads(ctx)):
            return
        judged = await self._judged(ctx, first_words=False)
        if judged is None or (ctx.succeeded and not judged[1].ad):
            return
        if ctx.succeeded and await _waits_for_somebody(ctx):
            return
        await self.acting.receive(ctx, *judged)

    async def _judged(self, ctx: Context, first_words: bool) -> tuple[str, Judgement] | None:
        """What is suspicious in a message and how it is judged, None when nothing is or nobody may act on its author."""
        message = ctx.message
        if len(message) == 1 and message[0].type == "text":
            reading = Reading(str(message[0].data.get("text") or ""))
        else:
            reading = read(message)
        if ctx.command is not None:
            reading = reading._replace(text=without_command(reading.text))
        sight = await self._sight(ctx, reading)
        if sight is None or ctx.why_protected(ctx.author_id, None):
            return None
        return sight.text, await self._with_priors(ctx, sight, first_words)

    async def _sight(self, ctx: Context, reading: Reading) -> Sight | None:
        """The most suspicious part of a message, None when no part is."""
        if reading.forwards or reading.images:
            return await self._sight_inside(ctx, reading)
        if reading.evidence:
            return self._suspicion(ctx.group.id, reading)
        text = reading.text
        if len(text) < SHORTEST:
            return None
        taught = self.lessons.of(ctx.group.id) is not None
        key = (ctx.group.id, self.lessons.revision, text) if taught else (0, 0, text)
        if key in self._harmless:
            return None
        found = self._suspicion(ctx.group.id, reading)
        if found is None and len(text) <= REMEMBERED_LENGTH:
            self._harmless[key] = None
            if len(self._harmless) > REMEMBERED:
                self._harmless.popitem(last=False)
        return found

    async def _sight_inside(self, ctx: Context, reading: Reading) -> Sight | None:
        if reading.images:
            seen = await self.codes.look(reading.images[0])
            reading = reading._replace(evidence=(*reading.evidence, *seen))
        found = [self._suspicion(ctx.group.id, reading)]
        for forward in dict.fromkeys((*reading.forwards[:MOST_FORWARDS], *reading.forwards[-1:])):
            inside = await opened(ctx.query, forward)
            found += [self._suspicion(ctx.group.id, read(one)) for one in inside]
        suspicious = [sight for sight in found if sight is not None]
        return max(suspicious, key=lambda sight: sight.judgement.score, default=None)

    def _suspicion(self, group_id: int, reading: Reading) -> Sight | None:
        judgement = self.judge(group_id, reading.text, reading.evidence)
        if judgement is None or not judgement.suspect:
            return None
        return Sight(reading.text, reading.evidence, judgement)

    async def _with_priors(self, ctx: Context, sight: Sight, first_words: bool) -> Judgement:
        """Judge again with what is known about the sender, which alone never makes an advertisement."""
        days = ctx.settings(Settings).newcomer_days
        newcomer = bool(days) and (first_words or await self.arrivals.joined_lately(ctx, ctx.author_id, days))
        sender = ctx.event.sender
        nick = max(nick_suspicion(name)[0] for name in (sender.card or "", sender.nickname or ""))
        judged = self.judge(ctx.group.id, sight.text, sight.evidence, newcomer=newcomer, nick_suspicion=nick)
        return judged or sight.judgement


def _wants_ads(ctx: Context) -> bool:
    """Whether advertisements are what this command is for: then its feature sees to the message itself."""
    return ctx.command is not None and ctx.command.feature_id in ad_opinion.answered_by(ctx)


async def _waits_for_somebody(ctx: Context) -> bool:
    """Whether the words of this command are before the deputies or admins now."""
    mine = Pending.filter(group_id=ctx.group.id, author_id=ctx.author_id, state="open")
    return await mine.filter(source__startswith=f"{ctx.source}#").exclude(decider="author").exists()

"""Answers written by a language model, from the group's own entries alone: what is sent, what comes back, and what is refused."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import Any

from nonebot import logger
from tortoise.expressions import F

from lizheng import Context
from plugins.member_qa import citing, texts
from plugins.member_qa.models import Entry, Spending
from plugins.member_qa.settings import Settings

PREFIX = "MEMBER_QA_LLM_"
MOST_ANSWER_BYTES = 64 * 1024
AT_ONCE = 2


@dataclass(frozen=True)
class Service:
    """Where the host's owner has a model answering. Nothing of it is a group's to see or choose."""

    address: str
    model: str
    key: str = ""
    seconds: float = 15.0

    def __repr__(self) -> str:
        return f"Service({self.model!r})"


def service_of(environment: Any = os.environ) -> Service | None:
    """From `MEMBER_QA_LLM_URL`, `…_MODEL`, `…_KEY` and `…_SECONDS`; None while there is no address or no model."""
    address = str(environment.get(f"{PREFIX}URL") or "").rstrip("/")
    model = str(environment.get(f"{PREFIX}MODEL") or "")
    if not model or not address.startswith(("http://", "https://")):
        return None
    seconds = str(environment.get(f"{PREFIX}SECONDS") or "15")
    span = min(max(float(seconds), 1.0), 60.0) if seconds.replace(".", "", 1).isdecimal() else 15.0
    return Service(address, model, str(environment.get(f"{PREFIX}KEY") or ""), span)


class Writer:
    """Asks the service, a few at a time; whatever goes wrong, the caller answers as if there were none."""

    def __init__(self) -> None:
        self.service: Service | None = None
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def begin(self, host: object) -> None:
        self.service = service_of()
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def write(self, ctx: Context, question: str, near: list[Entry]) -> bool:
        """Say an answer that cites its entries; False, with nothing said, when there is none that can be trusted."""
        chosen, service = ctx.settings(Settings), self.service
        if service is None or not chosen.llm or self._gate.locked():
            return False
        offered = {entry.number: entry for entry in near if entry.answer and not entry.shelf}
        if not offered or not await _spend(ctx, chosen.llm_daily):
            return False
        known = {number: citing.Known(entry.questions, entry.answer) for number, entry in offered.items()}
        async with self._gate:
            said = await _complete(service, citing.messages(question, known))
        written = citing.checked(said, question, known) if said else None
        if written is None:
            return False
        await ctx.say(texts.WRITTEN, answer=written.text, numbers="、".join(map(str, written.numbers)))
        return True


async def _spend(ctx: Context, most: int) -> bool:
    """Take one of the group's answers of this day; False when there is none left."""
    today = ctx.now.date()
    await Spending.get_or_create(group_id=ctx.group.id, day=today)
    left = Spending.filter(group_id=ctx.group.id, day=today, used__lt=most)
    return bool(await left.update(used=F("used") + 1))


async def _complete(service: Service, messages: list[dict[str, str]]) -> str | None:
    """What the model says, or None. The log gets the kind of failure: never the key, the question or the answer."""
    import httpx  # only where a service is configured

    headers = {"Authorization": f"Bearer {service.key}"} if service.key else {}
    body = {
        "model": service.model,
        "messages": messages,
        "temperature": 0,
        "max_tokens": 400,
        "stream": False,
    }
    try:
        async with asyncio.timeout(service.seconds), httpx.AsyncClient(timeout=service.seconds) as client:
            request = client.stream("POST", f"{service.address}/chat/completions", json=body, headers=headers)
            async with request as answer:
                answer.raise_for_status()
                content = b""
                async for piece in answer.aiter_bytes():
                    content += piece
                    if len(content) > MOST_ANSWER_BYTES:
                        raise ValueError("too long an answer")
        return citing.text_of(content)
    except (httpx.HTTPError, TimeoutError, ValueError) as error:
        logger.warning("lizheng: the language model gave no answer: {}", type(error).__name__)
        return None

"""A typed question that features may answer for each other, without knowing each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from nonebot import logger

from lizheng.plugin.context import GroupContext

Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(frozen=True)
class Answer(Generic[A]):
    """What one feature said to a question."""

    feature: str
    value: A


class Hook(Generic[Q, A]):
    """A question of one type, answered by every feature that is loaded, on in the group, and declared an answer.

    Declare the answer with `feature.answers(hook, handler)`; the handler is `async (ctx, question) -> A | None`,
    has no side effects, and `None` means no opinion.
    """

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return f"Hook({self.name!r})"

    def answered_by(self, ctx: GroupContext) -> set[str]:
        """Name the features that would be asked here, by id."""
        return {feature.id for feature, _ in ctx.host.answering(self, ctx.group)}

    async def ask(self, ctx: GroupContext, question: Q, *, key: str = "") -> list[Answer[A]]:
        """Collect the answers, in the order in which the features were loaded. `key` names the question among the
        effects of its cause.

        Raises `HookFailed` when a feature's answer raises: whoever asked must then not act.
        """
        found: list[Answer[A]] = []
        for feature, handler in ctx.host.answering(self, ctx.group):
            try:
                value = await handler(ctx.within(feature, key), question)
            except Exception as error:
                raise HookFailed(self.name, feature.id) from error
            if value is not None:
                found.append(Answer(feature.id, value))
        return found

    async def gather(self, ctx: GroupContext, question: Q, *, key: str = "") -> list[Answer[A]]:
        """Collect the answers that can be had; a feature that raises is logged and left out.

        For questions whose answers are only shown: nothing is decided by one that is missing.
        """
        found: list[Answer[A]] = []
        for feature, handler in ctx.host.answering(self, ctx.group):
            try:
                value = await handler(ctx.within(feature, key), question)
            except Exception as error:
                logger.opt(exception=error).error("lizheng: {} failed to answer {}", feature.id, self.name)
                continue
            if value is not None:
                found.append(Answer(feature.id, value))
        return found


class HookFailed(RuntimeError):
    """A feature raised while answering a hook; its own error is the cause."""

    def __init__(self, hook: str, feature: str):
        super().__init__(f"{feature} failed to answer {hook}")

"""What a new group is asked once everything is on: a question of each feature that cannot guess, one after the other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from tortoise.queryset import QuerySet

from lizheng import Context, GroupContext, Pending, SettingChanged, Slot
from lizheng.parts.administration import Administration, FirstStep
from lizheng.parts.decisions import decide
from plugins.control import texts

STEP, SETTLED = "first_step", "first_step_settled"
MOST_TOPICS = 5
AFTERWARDS = timedelta(seconds=3)
"""The next question comes after what the command that settled this one says."""


async def begin(ctx: Context, of: Collection[str] | None = None) -> None:
    """Ask the first question, if any feature that is on has one; what was asked before is not waited for any more.

    `of` are the ids of the features that may ask, all by default. More than a few topics are nobody's patience.
    """
    await _asked(ctx).update(state="cancelled")
    steps = _open_steps(ctx, of)
    topics = list(dict.fromkeys(step.topic for step in steps.values()))[:MOST_TOPICS]
    await _ask(ctx, [name for name, step in steps.items() if step.topic in topics], topics)


async def answered(ctx: Context, pending: Pending, words: str) -> None:
    """Take the answer as what follows the step's command. Raises what the command raises: then the question stays."""
    step = _steps(ctx).get(pending.payload["left"][0])
    if step is not None:
        await ctx.carry_out(f"{step.command} {words}")


async def go_on(ctx: GroupContext, pending: Pending) -> None:
    """The next question, after an answer or a refusal."""
    await _ask(ctx, pending.payload["left"], pending.payload["topics"], over=pending.payload["topic"])


async def look_again(ctx: GroupContext, happened: SettingChanged) -> None:
    """A setting was made: by and by, see whether that settles what is being asked."""
    if await _asked(ctx).exists():
        await ctx.plan(SETTLED, ctx.now + AFTERWARDS, replace=True)


async def close_settled(ctx: GroupContext, slot: Slot) -> None:
    """Close the question that was settled by a command meanwhile, and go on to the next."""
    steps = _open_steps(ctx)
    for pending in await _asked(ctx):
        if pending.payload["left"][0] not in steps:
            await decide(ctx, pending, "approved")


def _asked(ctx: GroupContext) -> QuerySet[Pending]:
    """What waits for an answer."""
    return Pending.filter(group_id=ctx.group.id, feature=ctx.feature.id, kind=STEP, state="open")


async def _ask(ctx: GroupContext, left: list[str], topics: list[str], over: str = "") -> None:
    """`over` is the topic of the question just closed, whose other parts go on under its number."""
    steps = _open_steps(ctx)
    left = [name for name in left[bool(over) :] if name in steps]
    if not left:
        if topics:
            await ctx.say(texts.GUIDE_END)
        return
    step = steps[left[0]]
    await ctx.ask(
        STEP,
        texts.GUIDE_STEP,
        payload={"left": left, "topics": topics, "topic": step.topic},
        example=step.example,
        number=topics.index(step.topic) + 1,
        total=len(topics),
        more=texts.GUIDE_MORE if step.topic == over else "",
        question=step.question,
    )


def _steps(
    ctx: GroupContext, of: Collection[str] | None = None, *, chosen_too: bool = True
) -> dict[str, FirstStep]:
    """The questions of the features that are on here, by command and in their order."""
    everything = Administration(ctx)
    found = [
        step
        for feature in everything.features
        if everything.is_on(feature) and (of is None or feature.id in of)
        for step in feature.first_steps
        if chosen_too or not any((feature.id, name) in ctx.group.settings for name in step.settings)
    ]
    return {step.command: step for step in sorted(found, key=lambda step: step.order)}


def _open_steps(ctx: GroupContext, of: Collection[str] | None = None) -> dict[str, FirstStep]:
    """Those about which nothing is chosen yet."""
    return _steps(ctx, of, chosen_too=False)

"""What a new group is asked once everything is on: a question of each feature that cannot guess, one after the other."""

from __future__ import annotations

from lizheng import Context, GroupContext, Pending
from lizheng.feature import FirstStep
from lizheng.gate import is_on
from plugins.control import texts


async def begin(ctx: Context) -> None:
    """Ask the first question, if any feature that is on has one."""
    await _ask(ctx, list(_steps(ctx)), total=len(_steps(ctx)))


async def answered(ctx: Context, pending: Pending, words: str) -> None:
    """Take the answer as what follows the step's command. Raises what the command raises: then the question stays."""
    step = _steps(ctx).get(pending.payload["left"][0])
    if step is not None:
        await ctx.carry_out(f"{step.command} {words}")


async def go_on(ctx: GroupContext, pending: Pending) -> None:
    """The next question, after an answer or a refusal."""
    await _ask(ctx, pending.payload["left"][1:], pending.payload["total"])


async def _ask(ctx: GroupContext, left: list[str], total: int) -> None:
    steps = _steps(ctx)
    left = [name for name in left if name in steps]
    if not left:
        if total:
            await ctx.say(texts.GUIDE_END)
        return
    step = steps[left[0]]
    await ctx.ask(
        "first_step",
        texts.GUIDE_STEP,
        payload={"left": left, "total": total},
        number=total - len(left) + 1,
        total=total,
        question=step.question,
        example=step.example,
    )


def _steps(ctx: GroupContext) -> dict[str, FirstStep]:
    """The questions of the features that are on here, in their order, by command."""
    found = [s for f in ctx.host.features.values() if is_on(ctx.group, f) for s in f.first_steps]
    return {step.command: step for step in sorted(found, key=lambda step: step.order)}

"""The observer: every message against the rules the group's admins made, without asking the database."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from nonebot import logger

from lizheng import Context, GroupContext, Role, Services, Slot, readable
from lizheng.events import GroupTakenOver
from lizheng.grammar import say_duration
from lizheng.hooks import Defence, Violation, may_repeat, violation
from lizheng.messages.templates import Mention
from lizheng.parts.measures import Measure
from lizheng.parts.recalled import recall_all
from lizheng.text import excerpt
from plugins.word_rules import texts
from plugins.word_rules.models import Rule
from plugins.word_rules.reading import words_in
from plugins.word_rules.rules import Ruleset, RuleSpec, parse_rule

FEATURE, RECALL = "word_rules", "recall"
ONE_GO = 60.0
"""Seconds: what breaks rules this soon after a violation was said before its author could know. It is only recalled."""
WATCHED = 5_000
TOLD_EVERY = 60.0
_BESIDE = ThreadPoolExecutor(2, "patterns")
"""RE2 lets other threads run while it matches. Its own, so that no long message waits for a backup."""


class Rulebook:
    """The rules of all groups in memory, and who is talking too fast."""

    def __init__(self) -> None:
        self._sets: dict[int, Ruleset] = {}
        self._asleep: dict[int, list[int]] = {}
        self._pace: OrderedDict[tuple[int, int, int], deque[tuple[int, int]]] = OrderedDict()

    async def begin(self, host: Services[Any]) -> None:
        """Read all rules; once per start."""
        for group_id in set(await Rule.filter(removed=False).values_list("group_id", flat=True)):
            group = host.groups[int(str(group_id))]
            await self.learn(group.id)
            await self._tell_asleep(host, group)

    async def _tell_asleep(self, host: Services[Any], group: Any) -> None:
        """Name the rules that do nothing to the group's admins, once a day at most."""
        feature, now = host.features.get(FEATURE), host.clock.now()
        if feature is None or not self._asleep.get(group.id) or not host.is_on(group, feature):
            return
        try:
            source = f"{FEATURE}:asleep:{group.id}:{now:%Y%m%d}"
            ctx = GroupContext(host, group, feature, source=source)
            numbers = "、".join(map(str, self._asleep[group.id]))
            await ctx.say(texts.RULES_ASLEEP, numbers=numbers)
        except Exception:
            logger.exception("group {} could not be told which of its rules are asleep", group.id)

    async def taken_over(self, ctx: GroupContext, happened: GroupTakenOver) -> None:
        """What was ruled while another host acted for this group."""
        await self.learn(ctx.group.id)

    async def learn(self, group_id: int) -> None:
        """Read one group's rules anew; those that cannot be used are asleep, and the others hold."""
        rows = await readable(Rule.filter(group_id=group_id, removed=False).order_by("number"))
        read: dict[int, RuleSpec] = {}
        asleep: list[int] = []
        for row in rows:
            try:
                read[row.number] = parse_rule(row.text)
            except Exception as error:
                logger.error("rule {} of group {} cannot be read any more: {}", row.number, group_id, error)
                asleep.append(row.number)
        rules = Ruleset(read) if read else None
        if rules is not None and rules.asleep:
            logger.error("rules {} of group {} are too much together", rules.asleep, group_id)
            asleep += rules.asleep
        self._keep(group_id, rules, sorted(asleep))

    def _keep(self, group_id: int, rules: Ruleset | None, asleep: list[int]) -> None:
        self._sets.pop(group_id, None)
        self._asleep.pop(group_id, None)
        if rules is not None:
            self._sets[group_id] = rules
        if asleep:
            self._asleep[group_id] = asleep

    def asleep(self, group_id: int) -> list[int]:
        """The numbers of the rules that are written down and do nothing."""
        return self._asleep.get(group_id, [])

    async def broken(self, rules: Ruleset, text: str) -> list[int]:
        """The numbers of the rules a text breaks; costly patterns are matched beside the loop."""
        if not rules.is_slow(text):
            return rules.all_broken(text)
        return await asyncio.get_running_loop().run_in_executor(_BESIDE, rules.all_broken, text)

    def of(self, group_id: int) -> Ruleset | None:
        return self._sets.get(group_id)

    # — watching ———————————————————————————————————————————————————————————————————————————

    async def look(self, ctx: Context) -> bool:
        """True when the message broke a rule and that was dealt with."""
        event, group_id = ctx.event, ctx.group.id
        rules = self._sets.get(group_id)
        if rules is None or ctx.role >= Role.ADMIN:
            return False
        if ctx.command is not None and ctx.role >= Role.DEPUTY:
            return False
        text = words_in(ctx.message)
        broken = await self.broken(rules, text) if text else []
        number = broken[0] if broken else 0
        if number:
            repeats = await self._may_repeat(ctx)
            if not repeats:
                messages, punish = (event.message_id,), repeats is None
                return await self._broken(ctx, rules, number, messages, excerpt(text), punish=punish)
        return bool(rules.floods) and await self._flooded(ctx, rules)

    async def _may_repeat(self, ctx: Context) -> bool | None:
        """Whether a command may say it; False for one that is only recalled, None for what is said like anything else."""
        if ctx.command is None:
            return None
        if ctx.command.feature_id == ctx.feature.id:
            return False
        said = Defence(ctx.author_id, ctx.command.feature_id, ctx.command.name)
        answers = [answer.value for answer in await may_repeat.gather(ctx, said, key="repeat")]
        return any(answers) if answers else None

    async def _flooded(self, ctx: Context, rules: Ruleset) -> bool:
        for number, rule in rules.floods.items():
            key = (ctx.group.id, number, ctx.author_id)
            said = self._pace.get(key)
            if said is None:
                said = self._pace[key] = deque(maxlen=rule.count)
                if len(self._pace) > WATCHED:
                    self._pace.popitem(last=False)
            said.append((ctx.event.time, ctx.message_id))
            self._pace.move_to_end(key)
            if len(said) == rule.count and abs(said[-1][0] - said[0][0]) <= rule.span.total_seconds():
                messages = tuple(message_id for _, message_id in said)
                said.clear()
                what = texts.FLOODED.format(span=say_duration(rule.span), count=rule.count)
                return await self._broken(ctx, rules, number, messages, what)
        return False

    async def _broken(
        self,
        ctx: Context,
        rules: Ruleset,
        number: int,
        messages: tuple[int, ...],
        seen: str,
        *,
        punish: bool = True,
    ) -> bool:
        known = ctx.seen(ctx.author_id)
        if ctx.why_protected(ctx.author_id, known) or getattr(ctx.event, "anonymous", None):
            return False
        spec, then = rules.rules[number], rules.rules[number].then
        acting = ctx.within(ctx.feature)
        recall = messages if then.recall else ()
        if not (then.punish and punish) or not acting.now_and_then(f"broken:{ctx.author_id}", ONE_GO):
            if recall:
                await self._only_recall(acting, ctx, recall, number)
            return bool(recall)
        rule = texts.RULE_NAME.format(number=number)
        reason = texts.RULE_REASON.format(number=number, kind=spec.kind)
        measure = then.measure
        found = Violation(
            ctx.author_id,
            rule,
            texts.RULE_EVIDENCE.format(number=number, kind=spec.kind, text=seen),
            asked=measure.kind if measure else "",
            span=measure.span if measure else timedelta(),
            entry=then.entry,
            reason=reason,
            messages=recall,
        )
        if any(answer.value for answer in await violation.ask(acting, found)):
            return True
        await self._only_recall(acting, ctx, recall, number, measure, reason)
        return True

    async def _only_recall(
        self,
        acting: GroupContext,
        ctx: Context,
        messages: tuple[int, ...],
        number: int,
        measure: Measure | None = None,
        reason: str = "",
    ) -> None:
        """Have them taken back, and that said now and then; a rule's own measure comes between."""
        payload: dict[str, Any] = {
            "user": ctx.author_id,
            "messages": list(messages),
            "rule": texts.RULE_NAME.format(number=number),
        }
        if measure is not None:
            seconds = int(measure.span.total_seconds())
            payload |= {"kind": measure.kind, "seconds": seconds, "reason": reason}
        if acting.now_and_then(f"recalled:{ctx.author_id}", TOLD_EVERY):
            payload["told"] = number
        await acting.plan(RECALL, ctx.now, key=f"message:{ctx.message_id}", payload=payload)


async def recall(ctx: GroupContext, slot: Slot) -> None:
    """The slot of a message, or of several that flooded."""
    told, user_id = slot.payload, slot.payload["user"]
    await recall_all(ctx, slot, told["messages"], user_id, texts.RECALL_REASON, told["rule"])
    if told.get("kind") == "mute":
        span = timedelta(seconds=told["seconds"])
        await ctx.mute(user_id, span, told["reason"], rule=told["rule"], key="measure")
    elif told.get("kind") == "kick":
        await ctx.kick(user_id, told["reason"], rule=told["rule"], key="measure")
    if number := told.get("told"):
        await ctx.say(texts.RECALLED, who=Mention(user_id), number=number, key="told")

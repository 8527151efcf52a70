"""`/违规规则` and `/规则测试`."""

from __future__ import annotations

from typing import Annotated, Any

from lizheng import CannotUndo, Context, Declined, GroupContext, atomic, next_number
from lizheng.grammar import Misread, Words
from lizheng.hooks import Steps, steps
from lizheng.text import clip
from plugins.word_rules import texts
from plugins.word_rules.models import Rule
from plugins.word_rules.rulebook import Rulebook
from plugins.word_rules.rules import KINDS, Ruleset, RuleSpec, parse_rule, refuse_overload

MOST_RULES, SHOWN = 50, 80
COUNTER = "word_rules.rule"


class Written:
    """A rule as an admin types it."""

    label = "<规则>"

    def __init__(self, spec: RuleSpec):
        self.spec = spec

    @staticmethod
    def fits(text: str) -> bool:
        return text in KINDS

    @classmethod
    async def read(cls, ctx: Context, words: Words) -> Written:
        return cls(parse_rule(words.rest()))


async def _steps(ctx: GroupContext) -> Steps | None:
    """What violations bring here, None where nobody takes them over."""
    return next((answer.value for answer in await steps.ask(ctx, None, key="steps")), None)


class Ruling:
    """The commands, over the rules in memory."""

    def __init__(self, book: Rulebook):
        self._book = book

    async def show(self, ctx: Context) -> None:
        rules = self._book.of(ctx.group.id)
        asleep = self._book.asleep(ctx.group.id)
        if rules is None and not asleep:
            raise Declined(texts.RULES_NONE)
        lines = [
            texts.RULE_LINE.format(number=n, rule=clip(str(rule), SHOWN)) + texts.RULE_ASLEEP * (n in asleep)
            for n, rule in (rules.rules.items() if rules else ())
        ]
        if unread := [n for n in asleep if rules is None or n not in rules.rules]:
            lines.append(texts.RULES_UNREAD.format(numbers="、".join(map(str, unread))))
        found = await _steps(ctx)
        told = texts.LADDER.format(ladder=found.written) if found else ""
        await ctx.say(texts.RULES, lines="\n".join(lines), ladder=told)

    async def add(self, ctx: Context, written: Written) -> None:
        spec = written.spec
        if spec.then.entry and (found := await _steps(ctx)) and spec.then.entry > found.count:
            told = texts.RULE_RUNG.format(ladder=found.written, most=found.count, rung=spec.then.entry)
            raise Misread(told)
        known = self._book.of(ctx.group.id) or Ruleset({})
        if len(known.rules) >= MOST_RULES:
            raise Declined(texts.RULES_FULL.format(most=MOST_RULES))
        if same := next((n for n, rule in known.rules.items() if rule == spec), 0):
            raise Declined(texts.RULE_SAME.format(number=same))
        if spec.kind == "正则":
            refuse_overload(known.rules, spec.pattern)
        number, record = await self._store(ctx, spec)
        await self._book.learn(ctx.group.id)
        await ctx.say(texts.RULE_ADDED, number=number, rule=str(spec), record=record)

    @atomic
    async def _store(self, ctx: Context, spec: RuleSpec) -> tuple[int, int]:
        number = await next_number(ctx.group.id, COUNTER)
        at = ctx.now
        row = await Rule.create(group_id=ctx.group.id, number=number, text=str(spec), by=ctx.author_id, at=at)
        what = texts.RULE_ADD_NOTE.format(number=number)
        record = await ctx.note("rule", what, undo={"name": "rule", "id": row.id, "removed": True})
        return number, record.number

    async def remove(self, ctx: Context, number: int) -> None:
        row = await Rule.get_or_none(group_id=ctx.group.id, number=number, removed=False)
        if row is None:
            raise Declined(texts.RULE_NONE.format(number=number))
        record = await self._strike(ctx, row)
        await self._book.learn(ctx.group.id)
        await ctx.say(texts.RULE_REMOVED, number=number, rule=row.text, record=record)

    @atomic
    async def _strike(self, ctx: Context, row: Rule) -> int:
        await Rule.filter(id=row.id).update(removed=True)
        what = texts.RULE_REMOVE_NOTE.format(number=row.number)
        return (await ctx.note("rule", what, undo={"name": "rule", "id": row.id, "removed": False})).number

    async def undo(self, ctx: Context, undo: dict[str, Any]) -> None:
        """Take a rule away or bring it back. Raises `CannotUndo` when there is no room for its pattern any more."""
        if not undo["removed"]:
            await self._refuse_overload(ctx, undo["id"])
        await Rule.filter(id=undo["id"]).update(removed=undo["removed"])
        await self._book.learn(ctx.group.id)

    async def _refuse_overload(self, ctx: Context, rule_id: int) -> None:
        known = self._book.of(ctx.group.id) or Ruleset({})
        try:
            spec = parse_rule((await Rule.get(id=rule_id)).text)
            if spec.kind == "正则":
                refuse_overload(known.rules, spec.pattern)
        except Misread as misread:
            raise CannotUndo(misread.sentence.rstrip("。")) from misread

    async def test(self, ctx: Context, words: Annotated[str, "文本"]) -> None:
        """What the rules make of a text; nothing is done."""
        rules = self._book.of(ctx.group.id)
        if rules is None:
            raise Declined(texts.RULES_NONE)
        found = await self._book.broken(rules, words)
        if not found:
            await ctx.say(texts.TEST_CLEAN, flood=texts.TEST_FLOOD if rules.floods else "")
            return
        lines = [texts.TEST_LINE.format(number=n, rule=clip(str(rules.rules[n]), SHOWN)) for n in found]
        await ctx.say(texts.TEST_HIT, lines="\n".join(lines))

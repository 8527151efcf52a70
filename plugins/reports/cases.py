"""Cases: taking a voice in, when those who decide are told, and who is behind a pseudonym."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.expressions import F

from lizheng import Context, Declined, GroupContext, MemberInfo, Role, atomic, next_number
from lizheng.parts.labels import missing
from lizheng.parts.veil import unveil, veil
from lizheng.text import clip, shown_name
from plugins.reports import rules, texts
from plugins.reports.models import Case, Standing, Voice
from plugins.reports.settings import Settings

DECISION, REMOVE, MALICE = "case", "remove", "malice"
REMIND, LAPSE, BUNDLE = "remind", "lapse", "bundle"
REMINDERS = (timedelta(hours=24), timedelta(hours=72))
OPEN_FOR, TOLD_FOR, COUNTED = timedelta(days=7), timedelta(days=14), timedelta(days=30)
MOST_ON_ONE = 2
"""Cases against one person that one reporter may take part in within a month."""


@dataclass(frozen=True)
class Report:
    """What somebody said of `person`; `source` is the veiled cause. An `urgent` one is told at once."""

    person: int
    kind: str
    words: str
    evidence: tuple[str, ...]
    source: str
    urgent: bool = False


def label(case: Case) -> str:
    return f"J{case.number}"


def item(group_id: int) -> str:
    """What pseudonyms of reporters are for: one for each group, so that groups cannot be matched."""
    return f"reports/{group_id}"


def pseudonym(group_id: int, user_id: int) -> str:
    return veil(item(group_id), user_id)


async def find(ctx: GroupContext, number: int) -> Case:
    """Raises `Declined`, which names those that are open."""
    case = await Case.get_or_none(group_id=ctx.group.id, number=number)
    if case is None:
        found = Case.filter(group_id=ctx.group.id, state="open", to_owner=False).order_by("number")
        raise missing("J", number, [case.number for case in await found.only("id", "number")])
    return case


async def heard(case: Case) -> list[rules.Heard]:
    return [rules.Heard(voice.weight, voice.circle) for voice in await Voice.filter(case_id=case.id)]


async def elsewhere(case: Case) -> int:
    """Count who reported the same person in other groups of the same owner."""
    if not case.owner_id:
        return 0
    others = Case.filter(owner_id=case.owner_id, user_id=case.user_id, state__in=("open", "upheld"))
    ids = [other.id for other in await others.exclude(group_id=case.group_id)]
    return await Voice.filter(case_id__in=[0, *ids]).count()


# — taking in ——————————————————————————————————————————————————————————————————————————————


async def take(ctx: Context, found: Report, members: Mapping[int, MemberInfo]) -> tuple[Case, bool]:
    """Put a voice into its case, and tell those who decide where it is time; the case, and whether the voice is new.

    Raises `Declined`.
    """
    me, founded = members.get(ctx.author_id), _founded(members)
    joined = rules.arrival(me.joined_at, founded) if me else 0
    days = int((ctx.now.timestamp() - joined) / 86400) if joined else rules.SETTLED_DAYS
    trusted = ctx.role >= Role.DEPUTY
    if ctx.settings(Settings).who != "所有人" and days < rules.NEW_DAYS and not trusted:
        raise Declined(texts.NEW_HERE)
    owner = next((one.user_id for one in members.values() if one.role is Role.OWNER), 0)
    protected = ctx.why_protected(found.person, members.get(found.person))
    to_owner = bool(protected) or await ctx.role_of(found.person) >= Role.DEPUTY
    if to_owner and not _deciders(ctx, found.person, owner):
        raise Declined(texts.NOBODY_ABOVE)
    mine = pseudonym(ctx.group.id, ctx.author_id)
    standing = await Standing.get_or_none(group_id=ctx.group.id, veil=mine) or Standing()
    weight = rules.weight(days, standing.upheld, standing.denied, standing.malicious, trusted=trusted)

    @atomic
    async def store() -> tuple[Case, bool]:
        if known := await Voice.get_or_none(source=found.source):
            return await Case.get(id=known.case_id), True
        case = await _open_case(ctx, found, owner, to_owner)
        if own := await Voice.get_or_none(case_id=case.id, veil=mine):
            own.words = clip("；".join(filter(None, (own.words, found.words))), 200)
            own.evidence = "\n".join([*own.evidence.split("\n"), *found.evidence][:5]).strip()
            await own.save(update_fields=["words", "evidence"])
            return case, False
        await _refuse_too_many(ctx, mine, found.person)
        await Voice.create(
            group_id=ctx.group.id,
            case_id=case.id,
            veil=mine,
            weight=weight,
            circle=rules.circle_of(joined, await _circles(case, members)),
            words=found.words,
            evidence="\n".join(found.evidence),
            source=found.source,
            at=ctx.now,
        )
        return case, True

    case, is_new = await store()
    await consider(ctx, case, owner, urgent=found.urgent)
    return case, is_new


async def _open_case(ctx: Context, found: Report, owner: int, to_owner: bool) -> Case:
    key = f"{ctx.group.id}:{found.person}:{found.kind}"
    if case := await Case.get_or_none(open_key=key):
        return case
    # On Postgres the number makes two first reports wait for each other.
    number = await next_number(ctx.group.id, "reports")
    if case := await Case.get_or_none(open_key=key):
        return case
    case = await Case.create(
        group_id=ctx.group.id,
        number=number,
        user_id=found.person,
        owner_id=owner,
        kind=found.kind,
        to_owner=to_owner,
        open_key=key,
        opened_at=ctx.now,
    )
    # A case that nobody was told of counts for a month.
    await ctx.plan(LAPSE, ctx.now + COUNTED, key=str(case.id), payload={"id": case.id})
    return case


async def _refuse_too_many(ctx: Context, mine: str, person: int) -> None:
    """Raises `Declined`."""
    own = Voice.filter(group_id=ctx.group.id, veil=mine)
    midnight = ctx.now.replace(hour=0, minute=0, second=0, microsecond=0)
    if await own.filter(at__gte=midnight).count() >= ctx.settings(Settings).daily:
        raise Declined(texts.USED_UP)
    lately = [voice.case_id for voice in await own.filter(at__gte=ctx.now - COUNTED)]
    if await Case.filter(id__in=[0, *lately], user_id=person).count() >= MOST_ON_ONE:
        raise Declined(texts.SAME_PERSON)


async def _circles(case: Case, members: Mapping[int, MemberInfo]) -> list[tuple[int, int]]:
    """When those who have spoken in a case came into the group, with their circles."""
    found: list[tuple[int, int]] = []
    for voice in await Voice.filter(case_id=case.id):
        person = unveil(item(case.group_id), voice.veil, members)
        joined = rules.arrival(members[person].joined_at, _founded(members)) if person else 0
        found.append((joined, voice.circle))
    return found


def _founded(members: Mapping[int, MemberInfo]) -> int:
    return min((one.joined_at for one in members.values() if one.joined_at), default=0)


# — telling ————————————————————————————————————————————————————————————————————————————————


def _deciders(ctx: GroupContext, person: int, owner: int) -> list[int]:
    """Who looks at a report of somebody protected: the 群主, or of the 群主 those who run this host."""
    if owner and person != owner:
        return [owner]
    return sorted(ctx.superusers - {person})


def acting(ctx: GroupContext, case: Case, what: str) -> GroupContext:
    """The context in which a case does something by itself: nobody's, and under a cause that names no message."""
    return ctx.under(f"reports:{case.id}:{what}")


async def consider(ctx: GroupContext, case: Case, owner: int, *, urgent: bool = False) -> None:
    """Tell those who decide, now or with others, and propose removal where enough speak for it."""
    case = await Case.get(id=case.id)
    if case.state != "open":
        return
    voices = await Voice.filter(case_id=case.id)
    said = " ".join(f"{voice.words} {voice.evidence}" for voice in voices)
    settings = ctx.settings(Settings)
    risky = urgent or rules.is_risky(said, settings.urgent)
    counted = [rules.Heard(v.weight, v.circle) for v in voices]
    when = rules.telling(
        case.kind, counted, settings.threshold, risky=risky and (urgent or case.kind == "message")
    )
    if case.to_owner:
        await _tell_owner(ctx, case, owner)
    elif when == "now":
        await tell(ctx, case, counted)
    elif when == "later" and case.told_at is None:
        await ctx.plan(BUNDLE, ctx.now + settings.together)
    if not case.to_owner and rules.proposes(case.kind, counted):
        await _propose(ctx, case, rules.independent(counted))


@atomic
async def tell(ctx: GroupContext, case: Case, counted: list[rules.Heard]) -> None:
    """Say in the group that there is a case, once, without a word of whom it is about."""
    number = await put_up(ctx, case)
    if not number:
        return
    count = rules.independent(counted)
    what = (texts.PRIVATE_CASE if case.kind == "private" else texts.MESSAGE_CASE).format(
        number=label(case), count=count
    )
    alone = texts.ALONE + "\n" if count == 1 else ""
    await acting(ctx, case, "told").say(texts.TOLD, what=what, alone=alone, how=texts.HOW.format(n=number))


async def put_up(ctx: GroupContext, case: Case, people: tuple[int, ...] = (), key: str = "put") -> int:
    """Put a case before those who decide, quietly; its number there, 0 when it was before. To run in an atomic."""
    fresh = Case.filter(id=case.id, state="open", told_at=None)
    if not await fresh.update(told_at=ctx.now):
        return 0
    return await submit(ctx, case, people, key)


async def submit(ctx: GroupContext, case: Case, people: tuple[int, ...] = (), key: str = "put") -> int:
    """Put it up, perhaps anew after nobody decided in time."""
    mine = acting(ctx, case, key)
    pending = await mine.submit(
        DECISION,
        "举报 {number}",
        payload={"case": case.id},
        span=OPEN_FOR,
        people=people,
        quiet=True,
        key="decide",
        number=label(case),
    )
    await Case.filter(id=case.id).update(pending=pending.number)
    await ctx.plan(LAPSE, ctx.now + TOLD_FOR, key=str(case.id), payload={"id": case.id}, replace=key == "put")
    if key == "put":
        payload = {"id": case.id, "step": 0}
        await ctx.plan(REMIND, ctx.now + REMINDERS[0], key=str(case.id), payload=payload)
    return pending.number


@atomic
async def _tell_owner(ctx: GroupContext, case: Case, owner: int) -> None:
    """An admin can harass too: only who stands above them reads of it, in private."""
    people = _deciders(ctx, case.user_id, owner)
    number = await put_up(ctx, case, tuple(people))
    if not number:
        return
    member = ctx.seen(case.user_id)
    role = member.role.label if member else Role.MEMBER.label
    for person in people:
        await acting(ctx, case, f"owner/{person}").tell(
            person,
            texts.OWNER_TOLD,
            number=label(case),
            who=shown_name(ctx.name_of(case.user_id)),
            role=role,
            how=texts.HOW.format(n=number),
        )


@atomic
async def _propose(ctx: GroupContext, case: Case, count: int) -> None:
    """Removal as a preview, which any admin may confirm; nothing is done without."""
    if await Case.filter(id=case.id, state="open", proposed=False).update(proposed=True):
        await acting(ctx, case, "propose").preview(
            REMOVE, texts.PROPOSAL, payload={"case": case.id}, number=label(case), count=count
        )


# — behind the veil ————————————————————————————————————————————————————————————————————————


async def reporters(ctx: GroupContext, case: Case) -> dict[int, int]:
    """Who spoke in a case, by their voice's id; 0 for those who have left."""
    members = await ctx.members(fresh=False)
    voices = await Voice.filter(case_id=case.id).order_by("id")
    return {voice.id: unveil(item(case.group_id), voice.veil, members) for voice in voices}


async def tell_veiled(ctx: GroupContext, what: str, person: int, template: str, **values: Any) -> None:
    """Say something to a reporter in private; the row of it names no feature and goes after two days."""
    aside = ctx.under(f"reports:{what}")
    aside.hide_author()
    await aside.tell(person, template, key="told", **values)


@atomic
async def withdraw(ctx: Context, number: int) -> bool:
    """Take one's own voice back while nobody has decided; a case without voices ends."""
    case = await Case.get_or_none(group_id=ctx.group.id, number=number, state="open")
    if case is None:
        return False
    mine = Voice.filter(case_id=case.id, veil=pseudonym(ctx.group.id, ctx.author_id))
    if not await mine.delete():
        return False
    if not await Voice.filter(case_id=case.id).exists():
        await end(ctx, case, "withdrawn")
    return True


@atomic
async def end(ctx: GroupContext, case: Case, state: str, *, by: int = 0, measure: str = "") -> bool:
    """Close it, for exactly one caller; what was planned and put up for it goes, and reporters' standing follows."""
    values = {"state": state, "open_key": None, "ended_at": ctx.now, "decided_by": by, "measure": measure}
    if not await Case.filter(id=case.id, state="open").update(**values):
        return False
    for job in (REMIND, LAPSE):
        await ctx.unplan(job, key=str(case.id))
    await acting(ctx, case, "put").take_back("decide")
    await Voice.filter(case_id=case.id).update(ended_at=ctx.now)
    if state in ("upheld", "denied"):
        await count(ctx, case, state)
    return True


async def count(ctx: GroupContext, case: Case, what: str) -> None:
    """Add what became of a case to the standing of those who reported."""
    for voice in await Voice.filter(case_id=case.id):
        await Standing.get_or_create({"at": ctx.now}, group_id=case.group_id, veil=voice.veil)
        changed: dict[str, Any] = {what: F(what) + 1, "at": ctx.now}
        await Standing.filter(group_id=case.group_id, veil=voice.veil).update(**changed)

"""`/自检`: what works, what cannot, and what comes next."""

from nonebot.adapters.onebot.v11 import NetworkError

from lizheng import Context, Role, __version__
from lizheng.adapter import Capabilities
from lizheng.ledger import books
from plugins.control import texts

RED_PACKETS = {
    "segment": "看得见（不含金额）",
    "empty": "只看得见一条空消息",
    "text": "只看得见一句提示文字，谁都能打",
    "unknown": "不清楚",
}


async def checkup(ctx: Context) -> None:
    lines = [
        await _account(ctx),
        *await _endpoint(ctx),
        _database(ctx),
        *_books(ctx),
        _sending(ctx),
        await _next_jobs(ctx),
    ]
    await ctx.say(texts.CHECKUP, version=__version__, lines="\n".join(lines))


async def _account(ctx: Context) -> str:
    account = ctx.host.account_for(ctx.group.id)
    if account is None:
        return "QQ：没有连上"
    try:
        me = await ctx.host.roster.member(ctx.group.id, account, fresh=True)
    except NetworkError:
        return f"QQ：{account}，成员列表读不到"
    role = me.role if me else Role.MEMBER
    rights = "" if role >= Role.ADMIN else "，禁言、撤回、改名片都做不了，请给我管理员"
    return f"QQ：{account}，本群{role.label}{rights}"


async def _endpoint(ctx: Context) -> list[str]:
    capabilities = await ctx.host.capabilities(ctx.group.id)
    return [
        f"接口：{capabilities.name or '不明'} {capabilities.version}".rstrip(),
        f"看得见：{_sees(capabilities)}",
    ]


def _sees(capabilities: Capabilities) -> str:
    return "；".join(
        [
            f"红包{RED_PACKETS[capabilities.red_packet]}",
            f"邀请人{'能' if capabilities.tells_invitor else '不能'}",
            f"历史消息{'能' if capabilities.has_history else '不能'}",
            "名片改动要等他说话" if capabilities.card_notice_late else "名片改动能",
        ]
    )


def _database(ctx: Context) -> str:
    return f"数据库：{ctx.host.database_name()}，正常"


def _books(ctx: Context) -> list[str]:
    return ["账本：对不上，收付款停着"] if books.are_closed(ctx.group) else []


def _sending(ctx: Context) -> str:
    host = ctx.host
    pace = "不限速" if host.config.pacing == "off" else "按群限速"
    return f"发送：{pace}，{host.outbox.pending()} 条在途{_breaker(ctx)}；试运行{'开' if ctx.group.dry_run else '关'}"


def _breaker(ctx: Context) -> str:
    state = ctx.host.outbox.breaker_state(ctx.group.id)
    return f"；{state}" if state else ""


async def _next_jobs(ctx: Context) -> str:
    slots = await ctx.host.schedule.upcoming(ctx.group.id, 3)
    if not slots:
        return "接下来：没有安排"
    told = [f"{ctx.local(slot.due_at):%m-%d %H:%M} {_title(ctx, slot.feature)}" for slot in slots]
    return f"接下来：{'；'.join(told)}"


def _title(ctx: Context, feature_id: str) -> str:
    feature = ctx.host.features.get(feature_id)
    return feature.title if feature else feature_id

"""`/自检`: what works, what cannot, and what comes next."""

from lizheng import Context, Declined, Role, __version__
from lizheng.ledger import books
from lizheng.parts.administration import Administration, Capabilities
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
    account = Administration(ctx).account()
    if account is None:
        return "QQ：没有连上"
    try:
        me = await ctx.member(account)
    except Declined:
        return f"QQ：{account}，成员列表读不到"
    role = me.role if me else Role.MEMBER
    rights = "" if role >= Role.ADMIN else "，禁言、撤回、改名片都做不了，请给我管理员"
    return f"QQ：{account}，本群{role.label}{rights}"


async def _endpoint(ctx: Context) -> list[str]:
    capabilities = await Administration(ctx).capabilities()
    return [
        f"接口：{capabilities.name or '不明'} {capabilities.version}".rstrip(),
        f"看得见：{_sees(capabilities)}",
    ]


def _sees(capabilities: Capabilities) -> str:
    return "；".join(
        [
            f"红包{RED_PACKETS[capabilities.red_packet]}",
            f"邀请人{'能' if capabilities.tells_invitor else '不能'}",
            "停机时成员拉人的申请不能",  # no endpoint lists these afterwards
            f"历史消息{'能' if capabilities.has_history else '不能'}",
            "名片改动要等他说话" if capabilities.card_notice_late else "名片改动能",
        ]
    )


def _database(ctx: Context) -> str:
    return f"数据库：{Administration(ctx).database_name()}，正常"


def _books(ctx: Context) -> list[str]:
    return ["账本：对不上，收付款停着"] if books.are_closed(ctx.group) else []


def _sending(ctx: Context) -> str:
    sending = Administration(ctx).sending()
    pace = "按群限速" if sending.paced else "不限速"
    paused = f"；{sending.pause}" if sending.pause else ""
    return f"发送：{pace}，{sending.pending} 条在途{paused}；试运行{'开' if ctx.group.dry_run else '关'}"


async def _next_jobs(ctx: Context) -> str:
    slots = await Administration(ctx).upcoming(3)
    if not slots:
        return "接下来：没有安排"
    told = [f"{ctx.local(slot.due_at):%m-%d %H:%M} {_title(ctx, slot.feature)}" for slot in slots]
    return f"接下来：{'；'.join(told)}"


def _title(ctx: Context, feature_id: str) -> str:
    feature = Administration(ctx).feature(feature_id)
    return feature.title if feature else feature_id

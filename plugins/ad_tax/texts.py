"""What members read from 广告税."""

PURPOSE = "广告税"
RULE = "在本群发一条广告要发 {price}的红包：发 /广告 加内容下单，红包祝福语写单号，管理员确认后由我发布。{credits}{open}"
CREDITS = "\n你付过还没用的有 {count} 次（{numbers}），发 /广告 加内容就用掉一次。"
OPEN = "\n没付清的：{lines}"
OPEN_ONE = "A{number} 差 {rest}，{until}前付"
EXEMPT_RULE = "\n你免税，发广告不用付。"

ORDERED = (
    "{who} 订单 A{number}：请发 {price}的红包，祝福语写「广告A{number}」。\n"
    "管理员确认收到后我就发布，{term}内有效。写不了祝福语就发完红包再发 /已发红包 A{number}。"
)
RECALL_REASON = "广告要先付广告税"
ANONYMOUS = "匿名不能下单，请不用匿名再发一次。"
TOO_LONG = "广告太长了，最多 {limit} 个字。"
TOO_MANY = "你有 {count} 个单还没付（{numbers}），先付清或等它们过期再下单。"
POST = "【广告】{name}：\n{text}"
SLOT = "{who} 你的广告税付清了，{span}内可以在群里发一条广告；过后发 /广告 加内容，由我发布。"
SLOT_ENDED = "{who} {span}到了，A{number} 还没用，给你留着：发 /广告 加内容，由我发布。"
NOT_POSTED = "{who} 你的广告 QQ 没让发出去，A{number} 没有用掉：改一改内容，再发 /广告 加内容。"
PARTLY_EXPIRED = "A{number} 到期了，只收到 {paid}，还差 {rest}。补上差额仍可以确认，不补请管理员退款。"

ORDERING = "正在下单"
EXEMPT = "免广告税"
PAID = "广告税已付"
SPENT = "这条广告用掉了 A{number} 的广告税。{left}"
LEFT = "还剩 {count} 次。"
UNUSED = "你付过的 A{number} 还没用，但自己发的时间已经过了"
USE_IT = "发 /广告 加内容，我马上发布，用掉这一次"
UNPAID = "发广告要先付 {price}的广告税"
UNPAID_ORDER = (
    "要补就发 {price}的红包，祝福语写「广告A{number}」（{until}前），管理员确认后你可以再发一条。"
)
WAY_OUT = "发 /广告 加内容下单（{price}），由我发布"
RULE_NAME = "不交广告税"
VIOLATION = "广告没有付税，A{number} 到期未付"

FREED = "{names} 以后发广告不用交税。再发一次 /广告税 免税 就恢复。"
BOUND = "{names} 发广告又要交税了。"
EXEMPTS = "免税的人：{names}"
EXEMPTS_NONE = "现在没有人免税。发 /广告税 免税 @成员 来加。"

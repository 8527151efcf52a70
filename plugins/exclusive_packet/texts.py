"""What members read from 专属红包 and 公账."""

AWARDED = "掌声给 {who}：{why}！{payer}发 {amount}专属红包，祝福语写「奖A{number}」。{picture}"
NO_WHY = "辛苦了"
ONE_PERSON = "一次只能给一个人，@ 一位。"
ZERO = "金额要大于 0。"
TOO_MUCH = "QQ 的一个红包最多 200 元，多的请分几次发。"
LONG_WHY = "话太长了，最多 {most} 个字，现在是 {length} 个。"
ROBOT = "机器人领不了红包。"
TO_SELF = "给自己的要请别的管理员来发。"

SEEN = "看到给 {who} 的红包了（A{number}）。领到了请 {name} 回 /收到，别的朋友请让一让。{open}"
OPEN_TO_ALL = "\n这是谁都能领的红包；被别人领走了，发 /专属红包 错领 A{number} @他。"
HANDED = "A{number} 说是发了。{who} 领到了请回 /收到 A{number}。"
HANDED_ALREADY = "A{number} 已经说过发了，等 {name} 回 /收到。"
BOOKED = "A{number} 送到了，公账记支出 {amount}。{advanced}"
ADVANCED = "其中 {amount}由{payer}垫付。"
GOT_FIRST = "A{number} 记下你收到了，等管理员发 /专属红包 已发 A{number}。"
NONE_FOR_YOU = "现在没有给你的红包。"
WHICH = "给你的有几个：{numbers}。发 /收到 A{first} 说一下是哪个。"
NOT_FOR_YOU = "A{number} 不是给你的。"
NOT_A_REWARD = "A{number} 不是要发出去的红包。"
GOT_ALREADY = "A{number} 你说过收到了。"
NOT_GOT = (
    "{payer} {name} 说 A{number} 没领到。\n被别人领了发 /专属红包 错领 A{number} @他；"
    "QQ 退回来了发 /专属红包 退回 A{number}。"
)
WRONG = "{who} A{number} 是给 {name} 的，请发个红包退给 {payer}，不追究。"
RETURNED = "A{number} 退回来了，还算没发。"
CANCELLED = "A{number}（给 {name} 的）不发了。"
CLOSED = "A{number} {state}，没有再动。"
GONE = "{name} 走了，A{number} {amount}还没送到。不发了就发 /专属红包 取消 A{number}。"
NAG = "{who} A{number}（给 {name} 的 {amount}）还没发。发了回 /专属红包 已发 A{number}，不发了回 /专属红包 取消 A{number}。"

WAITING = "要发的有 {count} 个：\n{lines}{more}"
WAITING_NONE = "没有要发的。/专属红包 @一个人 8.88 为什么，就开一个。"
ROW = "A{number} {name} {amount} {why}（{state}）"
STAGES = {
    "open": "没发",
    "handed": "发了，没说收到",
    "late": "未确认",
    "got": "收到了，没说发",
    "wrong": "被错领",
}

FUND = "公账（{period}）：进 {taken}，出 {paid}{what}，{shared}结余 {balance}{advanced}。{short}"
WHAT = "（{purposes}）"
SHARED = "发给大家 {amount}，"
BY = "，由{names}垫付"
SHORT = "\n还差 {short}没有着落：垫上的管理员发 /公账 补上。"
THIS_MONTH = "本月"
NOT_PUBLIC = "公账不公开，只有管理员能看。"
NO_PERIOD = "写「本月」或年份，比如 /公账 2026。"
ENTRIES = "公账最近的：\n{lines}{more}"
NO_ENTRIES = "公账还没有进出。"
IN, OUT = "{day} 进 {amount} {purpose}{who}", "{day} 出 {amount} {purpose}{who}"
YOURS = "（你）"
TO = "（给 {name}）"
OWNED_UP = "缺的 {amount}由{name}垫上了。"
REPAID = "还给 {name} {amount}，公账还欠他 {rest}。"
EXPORTED = "公账的流水导出了，{count} 笔。"
NOT_EXPORTED = "没能传出去：{why}。"

SPEND = "要从公账支出 {amount}：{why}{who}。{advanced}"
SPEND_ADVANCED = "公账不够的 {amount}由你垫付。"
SPENT = "A{number} 支出 {amount}：{why}{who}，公账结余 {balance}。撤销发 /撤销 {record}。"
NOT_SPENT = "{amount}的支出没有通过：{why}。{reason}"
NO_PURPOSE = "支出要写事由，比如 /支出 50 活动饮料。"
SPEND_SELF = "给自己的支出要请别的管理员来记。"
BRIEF, BRIEF_LINE = "公账", "上月进 {taken}，出 {paid}，结余 {balance}"
FIGURE = "公账支出"

"""What members read from 名片."""

NO_FORMAT = "本群还没有名片格式。管理员发 /名片格式 城市-行业-昵称 来定一个。"
FORMAT = "本群的名片格式：{format}\n例如：{example}\n发 /名片 加内容，我就帮你改好。"
FORMAT_SET = (
    "名片格式定好了：{format}\n例如：{example}\n"
    "已经在群里的人有 {grace}来改，发 /名片 加内容就行。撤销发 /撤销 {number}。"
)
FORMAT_OFF = "不再管群名片了，之前的提醒也都取消。撤销发 /撤销 {number}。"
FORMAT_WAS_OFF = "本来就没有名片格式。"

OWN_GOOD = "你的名片「{card}」符合格式。"
OWN_BAD = "你的名片不合格：{why}。\n格式：{format}\n发 /名片 {example} 就能改。"
OWN_EXEMPT = "你不受名片格式约束，怎么写都行。"
OWN_SET = "你的名片改成「{card}」了。"
OWN_UNKNOWN = "改名片的请求发出去了，QQ 还没有回话，过一会儿发 /名片 看看。"
OWN_FAILED = "没改成：{why}。请你自己在群资料里把名片改成「{card}」。"
OWN_REFUSED = "{why}。\n用法：/名片 {format}\n例如：/名片 {example}"
RENAME_REASON = "本人要求"

CHECK_GOOD = "大家的名片都合格。"
CHECK_PAGE = "有 {count} 人的名片不合格：\n{lines}{more}"
CHECK = "有 {count} 人的名片不合格：\n{lines}{more}\n要不要在群里提醒他们？"
CHECK_MORE = "还有 {count} 人，发 /名片检查 就能看全部"
CHECK_FIXED = "他们都已经改好了，不用提醒。"

TOLD = (
    "{people}本群的名片格式是 {format}，比如「{example}」。\n发 /名片 {example} 就能改，{grace}内改好就行。"
)
HINT = "名片格式：{format}，比如「{example}」，发 /名片 加内容就能改。"
REMINDER = "{people}群名片还不合格，格式是 {format}。\n发 /名片 {example} 这样就能改。{threat}"
THREATS = {"无": "", "禁言": "再不改会被禁言 {span}。", "踢": "再不改会被移出本群。"}
LISTED = "{name}：{why}"

MUTED = "{people}群名片一直没有改，禁言 {span}。解禁后发 /名片 {example} 这样就能改。"
KICK = "提醒完还没改名片的有 {count} 人：\n{lines}\n要不要移出本群？"
KICKED = "移出了 {done} 人{queued}{failed}。"
KICKED_QUEUED = "，{count} 人在排队"
KICKED_FAILED = "，{count} 人没成（{why}）"
ACT_REASON = "提醒 {reminders} 次后名片仍不合格"

EXEMPT = "名片格式不再管 {names}。再发一次 /豁免 @他 就恢复。"
NOT_EXEMPT = "名片格式又开始管 {names} 了。"
EXEMPT_ALREADY, NOT_EXEMPT_ALREADY = "名片格式本来就不管 {names}。", "名片格式本来就管 {names}。"
EXEMPTS = "不受名片格式约束的有 {count} 人：\n{lines}{more}"
EXEMPTS_NONE = "现在没有人豁免。发 /豁免 @成员 来加。"

"""What members read from 控制."""

INTRODUCTION = (
    "大家好，我是里正，帮群里收广告、迎新人、读早报。\n"
    "现在只开了「控制」。管理员发 /开启 全部 就能用起来，发 /功能 挑着开也行。\n"
    "发 /帮助 看现在能用什么。"
)
HELP = "你现在能用：\n{lines}\n发 /帮助 加命令名看用法，比如 /帮助 帮助。"
TOPIC = "{summary}\n{lines}"
FEATURES = "●开 ○关\n{lines}\n管理员发 /开启 或 /关闭 加功能名来切换。"
NO_TOPIC = "没有叫「{name}」的功能或命令。发 /功能 看全部。"
NOT_HERE = "这里没有你能用的命令。"

NO_FEATURE = "没有叫「{name}」的功能。发 /功能 看全部。"
ALWAYS_ON = "「{title}」关不掉：没有它就没法再打开别的了。"
COMES_ALONG = "「{title}」跟着「{along}」一起开：关掉那边，它就一起关了。"
ALREADY = "「{title}」本来就是{state}的。"
SWITCHED = "已{verb}「{titles}」，马上生效。"
ALL_ON = "已开启全部功能：{titles}。\n用 /帮助 看命令，用 /设置 功能名 调整。"
ALL_OFF = "已关闭全部功能，只留「控制」。"
DRY_ON = "试运行已打开：接下来我只说会做什么，不真的动手。发 /试运行 关 恢复。"
DRY_OFF = "试运行已关闭：接下来我会真的动手。"
DRY_SHOW = "试运行现在是{state}的。"

NO_SETTINGS = "「{title}」没有可以设置的项。"
NO_SETTING = "「{title}」没有叫「{name}」的设置。能设的是：{names}。"
SETTINGS = "「{title}」的设置：\n{lines}\n修改：/设置 {title} 项 值；恢复默认：/设置 {title} 项 默认"
SETTING = "{name}：{value}（默认：{default}）\n{description}"
CHANGED = "「{title}」的{name}改成了：{value}。撤销发 /撤销 {number}。"

NO_RECORD = "没有 #{number} 这条记录。"
NO_RECORDS = "还没有记录。"
RECORD = "#{number} {when} {what}\n谁：{actor}　对谁：{target}\n原因：{reason}\n结果：{state}"
UNDONE = "已撤销 #{number}：{what}。"
CANNOT_UNDO = "#{number} 撤销不了：{why}。"

STANDING_NONE = "现在没有{title}。"
STANDING_LIST = "{title}：{names}"
STANDING_ADDED = "已把 {names} 加进{title}。"
STANDING_REMOVED = "已把 {names} 移出{title}。"
STANDING_HAD = "{names} 本来就在{title}里。"
STANDING_HAD_NOT = "{names} 本来就不在{title}里。"

CHECKUP = "里正 {version}\n{lines}"

"""What members read from 入群欢迎."""

RULES = "本群群规：\n{rules}"
RULES_NONE = "还没有群规。管理员发 /群规 加内容来写。"
RULES_SET = "群规改好了，大家发 /群规 就能看。撤销发 /撤销 {number}。"
RULES_CLEARED = "群规清空了。撤销发 /撤销 {number}。"

GREETING = "现在的欢迎语是：\n{text}{picture}"
GREETING_SET = "欢迎语改好了，撤销发 /撤销 {number}。新人会看到：\n{preview}"
PICTURE_OFF = "欢迎语不再带图。撤销发 /撤销 {number}。"
PICTURE_WAS_OFF = "欢迎语本来就没有图。"

ONE_PICTURE = "欢迎语只能带一张图，请只发一张。"
NOT_A_PICTURE = "欢迎语里只能有文字和一张图，别的发不出去。"
EMPTY = "缺少内容：请写上文字，或者带一张图。"

PRIVATE_RULES = "你刚进的群有这些群规：\n{rules}"
AND_MORE = "等 {count} 位新朋友"
"""After the names, where a greeting is for more people than it can mention."""

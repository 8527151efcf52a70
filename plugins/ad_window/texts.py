"""What members read from 广告时段."""

NONE = "本群还没有广告时段。管理员发 /广告时段 每周五 18:00-20:00 来定一个。"
SHOW = "广告时段：{spans}\n{present}\n下一次：{following}"
OPEN_NOW = "现在可以发广告，到 {until} 为止；每人 {most} 条，你已发 {used} 条。"
CLOSED_NOW = "现在不是广告时段；时段里每人可以发 {most} 条。"
SET = "广告时段定好了：{spans}\n{present}\n下一次：{following}\n撤销发 /撤销 {number}。"
OFF = "没有广告时段了。撤销发 /撤销 {number}。"
WAS_OFF = "本来就没有广告时段。"

OPENS = "广告时段开始了，到 {until} 为止，每人可以发 {most} 条广告。{more}"
LAST_CALL = "广告时段还有 {minutes} 分钟结束，要发的抓紧。"
CLOSES = "广告时段结束了。下一次：{following}。"
CLOSES_FOR_GOOD = "广告时段结束了。"

ALLOWED = "现在是广告时段"
OUTSIDE = "现在不是广告时段"
USED_UP = "这个广告时段里你已经发过 {most} 条"
WAY_OUT = "等下一个广告时段：{following}"

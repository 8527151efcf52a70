"""Checks a draw with nothing but Python: `python3 verifier.py C7.json`. It needs no other file of this project.

The file is what `/抽奖 验证 C7` sends in private: the published commitment, the secret, the QQ numbers that took part,
the words they added, and who won. Whoever doubts the file compares its commitment and digest with the group's messages.
"""

import hashlib
import hmac
import json
import sys


def check(draw):
    """Say in lines what was checked; raises ValueError for what is wrong."""
    secret, people, words = draw["secret"], sorted(int(one) for one in draw["people"]), draw["words"]
    if hashlib.sha256(secret.encode()).hexdigest() != draw["commitment"]:
        raise ValueError("种子和发起时公布的承诺对不上")
    digest = hashlib.sha256("\n".join(str(one) for one in people).encode()).hexdigest()
    if digest != draw["digest"]:
        raise ValueError("名单和截止时公布的指纹对不上")
    said = "\n".join(words[str(one)] for one in people if words.get(str(one)))
    lots = {
        one: hmac.new(secret.encode(), f"{digest}\n{said}\n{one}".encode(), hashlib.sha256).hexdigest()
        for one in people
    }
    order = sorted(people, key=lambda one: lots[one])
    passed = {int(one) for one in draw["passed"]}
    winners = [one for one in order if one not in passed][: len(draw["winners"])]
    if sorted(winners) != sorted(int(one) for one in draw["winners"]):
        raise ValueError("按这个顺序中的不是这几个人")
    return [
        f"承诺对得上，名单 {len(people)} 人对得上。",
        "顺序：" + " ".join(map(str, order)),
        "抽中：" + " ".join(map(str, winners)),
    ]


def main():
    if len(sys.argv) != 2:
        sys.exit("用法：python3 verifier.py C7.json")
    with open(sys.argv[1], encoding="utf-8") as file:
        draw = json.load(file)
    try:
        sys.stdout.write("\n".join(check(draw)) + "\n")
    except (ValueError, KeyError, TypeError) as wrong:
        sys.exit(f"不对：{wrong}。")


if __name__ == "__main__":
    main()

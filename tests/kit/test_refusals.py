"""What an endpoint says when it refuses becomes a sentence that an admin can read."""

import pytest

from lizheng.delivery.outbox.refusals import in_words


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("ERR_NOT_GROUP_ADMIN", "机器人不是管理员"),
        ("cannot ban owner", "对方是群主"),
        ("cannot kick admin", "对方是管理员"),
        ("消息不存在", "消息不存在"),
        ("something went wrong", "QQ 拒绝了（something went wrong）"),
        ("x" * 5000, f"QQ 拒绝了（{'x' * 200}）"),
        ("", "QQ 拒绝了"),
    ],
)
def test_a_refusal_in_words(said: str, read: str) -> None:
    assert in_words({"wording": said, "message": said}) == read
    assert in_words({"msg": said}) == read

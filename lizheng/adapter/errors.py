"""What an API call may end in besides an answer; `ActionFailed` of the stock adapter means refused."""

from typing import Any

from nonebot.adapters.onebot.v11.exception import ActionFailed, NetworkError

__all__ = ["ActionFailed", "NotSent", "Unanswered", "read_answer"]


class NotSent(NetworkError):
    """The call never left this process: nothing happened, it may be repeated."""


class Unanswered(NetworkError):
    """The call was sent and its fate is unknown: it may have been done, never repeat it blindly."""


def read_answer(api: str, answer: dict[str, Any]) -> Any:
    """The `data` of an answer that says plainly that the call was done.

    Done needs `status: "ok"` together with `retcode: 0`.

    Raises:
        ActionFailed: the endpoint refused.
        Unanswered: the answer does not say (async, no status, a time-out inside the endpoint).
    """
    status, retcode = answer.get("status"), answer.get("retcode")
    if status == "async" or retcode == 1:
        raise Unanswered(f"{api}: accepted, outcome not reported")
    code = retcode if type(retcode) is int else None
    if status == "ok" and code == 0:
        return answer.get("data")
    if code or status == "failed":
        if code == 1200 and _timed_out(answer):
            raise Unanswered(f"{api}: the endpoint timed out")
        raise ActionFailed(**{key: value for key, value in answer.items() if key != "echo"})
    raise Unanswered(f"{api}: the answer has neither status nor retcode to go by")


def _timed_out(answer: dict[str, Any]) -> bool:
    return any(str(answer.get(key) or "").startswith("Timeout") for key in ("message", "wording"))

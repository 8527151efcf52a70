"""The quick operation: what a host returns from an event instead of calling an API."""

from .messages import send_msg
from .params import Action, BadParams, Call


def handle_quick_operation(call: Call) -> None:
    """`reply` (with `at_sender`, `auto_escape`) to a message, `approve` and `reason` for a request."""
    context, operation = call.params.get("context"), call.params.get("operation")
    if not isinstance(context, dict) or not isinstance(operation, dict):
        raise BadParams("context, operation: Expected object")
    within = Call(call.world, call.account, {**context, **operation})
    if context.get("post_type") == "request" and "approve" in operation:
        call.world.handle_request(
            within.string("flag"), call.account, within.flag("approve"), within.string("reason", "")
        )
    elif context.get("post_type") == "message" and operation.get("reply"):
        reply = Call.segments(operation["reply"], plain=within.flag("auto_escape"))
        if within.flag("at_sender") and context.get("group_id"):
            reply = [{"type": "at", "data": {"qq": within.string("user_id")}}, *reply]
        send_msg(Call(call.world, call.account, {**context, "message": reply}))


QUICK: dict[str, Action] = {".handle_quick_operation": handle_quick_operation}

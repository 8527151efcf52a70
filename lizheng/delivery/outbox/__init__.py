"""The one door for API calls that change QQ: written down first, paced, sent once, looked up in doubt."""

from lizheng.delivery.outbox.entry import Draft, Entry, Priority, Subject, Then, Ticket
from lizheng.delivery.outbox.outbox import Outbox, Withdrawal
from lizheng.delivery.outbox.pacing import Pacing

__all__ = ["Draft", "Entry", "Outbox", "Pacing", "Priority", "Subject", "Then", "Ticket", "Withdrawal"]

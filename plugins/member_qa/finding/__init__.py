"""Finding the entry that answers a question, and knowing when none does. Pure: no database, no NoneBot, no clock."""

from .asking import could_ask
from .finder import Found, find
from .index import Index
from .terms import Wording
from .verifier import Verifier, shipped

__all__ = ["Found", "Index", "Verifier", "Wording", "could_ask", "find", "shipped"]

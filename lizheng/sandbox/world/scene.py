"""Everything people and the bot can do in the world, before it is an API."""

from .order import Order
from .talk import Talk


class Scene(Talk, Order):
    """What is said and who may what, in one place."""

"""Advertisement recognition as pure code: text in, a judgement with its reasons out."""

from lizheng.parts.nicknames import nick_suspicion

from .evidence import Evidence
from .learning import GroupModel
from .model import ModelError
from .recogniser import Judgement, Recogniser

__all__ = ["Evidence", "GroupModel", "Judgement", "ModelError", "Recogniser", "nick_suspicion"]

"""Advertisement recognition as pure code: text in, a judgement with its reasons out."""

from .evidence import Evidence
from .learning import GroupModel
from .model import ModelError
from .recogniser import Judgement, Recogniser

__all__ = ["Evidence", "GroupModel", "Judgement", "ModelError", "Recogniser"]

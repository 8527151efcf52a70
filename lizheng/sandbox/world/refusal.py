"""What QQ says when it will not do something."""


class WorldError(Exception):
    """QQ refused: `str(error)` is a Chinese sentence for a person, `kernel` what an endpoint tells a bot."""

    def __init__(self, sentence: str, kernel: str = "") -> None:
        super().__init__(sentence)
        self.kernel = kernel or sentence

"""What the store refuses to do, said in Chinese to whoever starts the host."""


class StoreError(Exception):
    """The database cannot be used as it is; `str()` is one or two Chinese sentences with the way out."""

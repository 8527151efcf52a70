"""Measuring: the host against plain NoneBot (`python -m bench`), and the quality of its judgements."""

"""Returns that the law asks for: what must be so of their rows, with the years as data.

Source: each module names its own; what a published meaning leaves open stands in `docs/practice`.
"""

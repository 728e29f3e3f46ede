"""Plain data and rules that every other layer reads: specs, events and their fold, records, library, paths, errors.

Knows the standard library, pydantic and platformdirs; nothing of Textual, of processes or of machine learning.
"""

"""The work itself, in worker processes that speak events. The only code that imports machine-learning libraries.

Knows core and runtime; nothing of Textual, screens or the command line.
"""

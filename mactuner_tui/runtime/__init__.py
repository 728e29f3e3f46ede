"""How work leaves the event loop: jobs in processes of their own, attached sessions, and readings of the machine.

Knows core and psutil. Starts engines by module name and never imports them; knows nothing of Textual.
"""

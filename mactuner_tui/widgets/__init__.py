"""Pieces that several screens use. They get data and send messages; they know core and Textual, never runtime."""

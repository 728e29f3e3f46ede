"""Datasets on disk: making them."""

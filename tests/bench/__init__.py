"""Measurements of the figures that MacTuner promises. Run on request (`make bench`), on a quiet machine.

Each compares things side by side in one run and reports medians: the ratio counts, not the seconds.
"""

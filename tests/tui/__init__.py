"""The real app under Pilot."""

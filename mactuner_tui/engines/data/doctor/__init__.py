"""The data doctor: what would go wrong if a model were trained on these rows."""

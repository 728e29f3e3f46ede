"""The steps of a recipe at work, and the way of a row from file to dataset."""

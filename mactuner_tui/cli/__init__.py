"""The `mactuner` command: everything a screen starts, from the shell. Imports no ML library and no engine."""

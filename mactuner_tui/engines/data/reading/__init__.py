"""Reading: rows from whatever a person has. Knows nothing of what the rows are for."""

from mactuner_tui.engines.data.reading.columns import columns_of
from mactuner_tui.engines.data.reading.scanning import scan
from mactuner_tui.engines.data.reading.source import Source, open_source
from mactuner_tui.engines.data.reading.table import Table

__all__ = ["Source", "Table", "columns_of", "open_source", "scan"]

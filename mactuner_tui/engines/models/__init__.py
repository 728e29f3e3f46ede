"""Models on disk: unpacking, loading."""

"""Models on the Hugging Face Hub: found, described, planned, downloaded; the account there; the cache here."""

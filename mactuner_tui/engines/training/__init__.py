"""Fine-tuning: a recipe in small pieces."""

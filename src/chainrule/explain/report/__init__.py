"""How explanations are written: one document, five forms."""

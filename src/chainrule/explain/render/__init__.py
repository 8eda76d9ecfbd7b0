"""The faces of a document: text, terminal, LaTeX and HTML."""

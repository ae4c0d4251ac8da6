"""Pure functions on text: clean, language, redact, segment, tokenise, fold."""

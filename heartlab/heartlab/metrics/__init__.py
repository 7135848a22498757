"""How answers, signals and processes are measured; nothing here knows the rest of the laboratory."""

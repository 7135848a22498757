"""What the pages share: the session, the frame, words, problems, long work."""

__all__: list[str] = []

"""The shipped networks in Keras, and their export as LiteRT files."""

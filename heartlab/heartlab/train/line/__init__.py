"""The network that places lines in steep and shared ink."""

"""The structure network: what every pixel of a page belongs to, taught on pages in the manner of many recorders."""

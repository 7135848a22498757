"""The data folder, the clinic pages as traces with their labels, and the tables of answers."""

"""Training of the shipped models, one folder a model."""

"""The signal model: boosted trees on waves and 1-D networks on signals."""

"""The network that tells trace from print, grid and paper."""

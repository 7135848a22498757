"""VGG16 on drawings, its head of findings, and its out-of-distribution detector."""

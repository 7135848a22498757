"""The network on drawings, its head of findings, and its score for unlike inputs."""

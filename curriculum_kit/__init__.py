"""ckit: curricula for reinforcement learning of medical vision-language models."""

__version__ = "0.1.0"

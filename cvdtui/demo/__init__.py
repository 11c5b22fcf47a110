"""A small exchange on loopback: the venues' own wire formats over a seeded order-flow model."""

"""A small exchange on loopback that speaks the venues' own wire formats over a seeded order-flow model."""

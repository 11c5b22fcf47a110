"""The running program without a screen: configuration to feeds, board, signals and alerts."""

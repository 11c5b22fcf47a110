"""History by columns: the same sums as trade by trade, in numpy."""

"""What each number on the screen is: formula, its inputs now, its value by other conventions."""

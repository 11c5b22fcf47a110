"""What each number on the screen is: formula, what it is made of now, its value by other conventions."""

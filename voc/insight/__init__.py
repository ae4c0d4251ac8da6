"""What the answers mean: issues, priority, trends, impact. Pure functions over tables; no model, no files."""

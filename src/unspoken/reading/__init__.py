"""What events may mean: emotion readings, the person's own baseline, signals for service."""

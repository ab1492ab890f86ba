"""What the demo says: pure, so that the same day always tells the same story."""

"""What the past tells about people and conversations: predictions of when they answer."""

"""What the past says: how people were here, how soon they answer, how much is going on."""

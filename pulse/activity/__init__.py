"""The activity feed: what happens in a workspace, line by line, for those who may see it."""

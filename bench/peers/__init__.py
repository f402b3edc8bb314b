"""What Pulse is measured against, written to do the same job."""

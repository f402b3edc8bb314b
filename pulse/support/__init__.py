"""The support desk: tickets, the agents who answer them, and the widget through which visitors come."""

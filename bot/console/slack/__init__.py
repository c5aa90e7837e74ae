"""The staff's side of the simulator page: Slack as a member of staff sees and uses it."""

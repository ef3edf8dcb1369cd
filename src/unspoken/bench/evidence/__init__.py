"""The measurement against its limit: what the action-unit evidence says of planted movements."""

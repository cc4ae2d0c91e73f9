"""First screen: what an empty conversation shows around the composer."""

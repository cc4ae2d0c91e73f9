"""Questions of the agent: approvals and connections."""

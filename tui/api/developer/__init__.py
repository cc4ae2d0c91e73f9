"""Client of the Developer API: Agent Studio, and the workspace around it."""

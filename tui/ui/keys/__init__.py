"""Keys: bindings, labels, the palette and the help screen."""

"""Pure data and functions shared by every layer. Standard library only, no I/O."""

"""The commands, a module each or a module for a family."""

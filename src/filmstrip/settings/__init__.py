"""One frozen settings class per package, joined here and read from the environment and a file."""

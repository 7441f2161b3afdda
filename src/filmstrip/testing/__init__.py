"""Stand-ins for the world outside: real servers on loopback, for the tests and for the demo."""

"""The tus protocol, version 1.0 (tus.io): what its headers say, and how the bytes of a request are taken in."""

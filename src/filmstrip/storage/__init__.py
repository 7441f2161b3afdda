"""Bytes in a place: put whole or not at all, fetch in whole or in ranges."""

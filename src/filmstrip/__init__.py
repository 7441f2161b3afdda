"""Filmstrip: a self-hosted video API that speaks Qencode's wire format."""

__version__ = "0.1.0"

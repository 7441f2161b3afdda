"""Qencode's words for what we know: statuses, storage, errors."""

"""HTTP with Qencode's wire format: a file per endpoint."""

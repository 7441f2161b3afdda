"""`flac`: one FLAC file of the source's sound."""

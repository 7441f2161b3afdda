"""`m4a`: one M4A file of the source's sound."""

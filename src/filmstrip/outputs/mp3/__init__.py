"""`mp3`: one MP3 file of the source's sound."""

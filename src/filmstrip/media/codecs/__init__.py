"""How is each encoder of the ffmpeg program driven? A file per encoder, each a pure list of arguments."""

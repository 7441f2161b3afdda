"""Pixels and samples: the only door to libav and to the ffmpeg program."""

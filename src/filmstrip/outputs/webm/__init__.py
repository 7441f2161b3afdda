"""`webm`: one VP9, VP8 or AV1 video with Opus or Vorbis sound."""

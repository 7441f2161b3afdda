"""`mp4`: one H.264 video with AAC sound."""

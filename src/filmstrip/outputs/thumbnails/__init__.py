"""`thumbnails`: a picture every N seconds, or sprites of them, and their manifests."""

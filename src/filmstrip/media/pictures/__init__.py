"""Finished pictures: colours, sizes, formats, sheets.

Others use:

- `image_encoder`: `ImageEncoder`, frames to picture files
- `picture_bytes`: `encode_pixels`, pixels to picture files
- `picture_check`: whether bytes are a picture, and how large
- `sprite`: `Sheet`, many pictures in one
- `contact_picture`: a sheet with captions
- `tone_lut`: the table by which ffmpeg maps high dynamic range
- `frame_file`: finished frames in a file, for moving pictures
- `moving_picture`: a GIF, WebP or MP4 of them
- `moving_check`: whether that is whole
"""

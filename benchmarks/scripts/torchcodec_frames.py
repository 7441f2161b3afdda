"""Frames at an interval with torchcodec. Arguments: source, interval, count, folder."""

import sys

from PIL import Image
from torchcodec.decoders import VideoDecoder

source, interval, count, folder = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
decoder = VideoDecoder(source, dimension_order="NHWC")
last = decoder.metadata.end_stream_seconds - 1e-3
for index in range(count):
    frame = decoder.get_frame_played_at(min(index * interval, last))
    picture = Image.fromarray(frame.data.numpy()).resize((320, 240), Image.Resampling.BICUBIC, reducing_gap=2.0)
    picture.save(f"{folder}/{index + 1:05d}.jpg", quality=85)

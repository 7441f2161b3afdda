"""The bytes of a source, on this disk or behind byte ranges, and how libav gets at them.

Others use:

- `media_source`: `MediaSource`, what libav reads; `LocalFile`, `ByteRanges`, `FetchedRanges`
- `header_bytes`: bytes at places that libav does not hand out; boxes of an MP4 header
- `iso_boxes`: `Box`, and the one walk over the boxes of MP4 files
- `block_cache`: `BlockCache`, what is here already of a remote source
- `prefetch`: `Prefetcher`, what is fetched ahead
- `remote_input`: `RangeFile`, a source as a file that libav reads
- `fragment_view`: `FragmentView`, a fragmented MP4 from its middle on
- `place_view`: `PlaceView`, a file from a found place on
"""

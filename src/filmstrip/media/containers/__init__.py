"""Containers and their packets: opening them safely, and what each format tells that libav does not.

`fragments` is a room of its own in here: fragmented MP4 without an index.

Others use:

- `opening`: `open_container` and the choice of a stream: the only way that a source is opened
- `approach`: the words of reading towards a frame
- `display_order`: `DisplayOrder`, until when each frame is shown
- `picture_packets`: `read_pictures`, packets put together to whole pictures
- `decoder`: `open_decoder`
- `decoders`: what this installation can decode
- `cover_art`: the cover of a recording
- `container_crop`: edges that a container hides
- `dolby_vision`: whether a source is Dolby Vision
- `ebml`: IDs and sizes of Matroska's elements
- `encryption`: whether a source is encrypted
- `flv_tags`: clocks of FLV that start again
- `kinds`: the table's row of an open container, and which formats may be opened
- `matroska_clusters`: moments in a Matroska file without cues
- `mp4_boxes`: the order of the boxes of an MP4
- `ogg_links`: the links of a chained Ogg file
- `photo`: JPEG pictures, and what phones put behind them
- `program_times`: time stamps in MPEG transport and program streams, at any place
- `programs`: which streams of a broadcast belong together
- `sound_choice`: which sound goes with the pictures
- `tags`: what a recording tells of itself, such as its title
- `track_labels`: what a container says of its tracks
- `unreadable`: why a source cannot be opened, in words
"""

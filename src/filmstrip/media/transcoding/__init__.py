"""Videos made by ffmpeg: planned, cut, encoded, and verified before they are called done.

`encoders` has a module an encoder, `muxers` one a container.

Others use:

- `joined_tracks`: puts pictures and sound of two files into one
- `transcoder`: `Transcoder`, which makes renditions of a source in one run of ffmpeg
- `transcode`: `Transcode`, what one run makes: a clip and its renditions with their tracks
- `promise`: what each of them has to be, and who waits for it
- `picture_plan`: `plan_picture`, what has to happen to the pictures
- `picture_filter`: the same as a filter chain
- `cut`: `find_cut`, how the first frame of a clip is reached
- `joined_parts`: pieces that are read at the same time
- `stretch`: which pictures of a clip a segment has, and how the first one is reached
- `segments`: parts of a long video that are encoded apart
- `segment_join`: puts them together
- `part_list`: pieces that are read one after the other
- `verify`: how long a finished file is
- `ffmpeg_process`: `WaitingFfmpeg`, the runs that a media process may make
- `ffmpeg_program`: which ffmpeg there is, and what it can
- `sample_video`: `make_sample`, the film of the demo
"""

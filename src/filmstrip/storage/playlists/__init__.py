"""Playlists of HLS and DASH as sources: a list is read, and what it names is fetched into one file.

    text ──> hls_list, hls_choice, hls_runs ─┐
         ──> mpd, mpd_choice, mpd_segments ──┴─> plan: which bytes, one behind the other ──> fetching ──> one file

Each address that a list names is asked for as a source's own would be: by the same egress policy and within the same
limits (`addresses`, `reading`). The media process, which has no network, is given the file.

Others use:

- `copying`: makes the plan of a playlist and fetches what it names
"""

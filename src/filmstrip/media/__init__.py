"""Pixels and samples: the only door to libav and to the ffmpeg program.

A room a step, each of which may use those before it:

    source → containers → timeline → sampling → probing          what is in a source, and which frame is when
                          frames → pictures                      what becomes of a decoded frame
                                       └─→ transcoding           what becomes of a whole source

`settings` lies below all rooms. `seclusion` lies above them: it shuts a process off that works here.
"""

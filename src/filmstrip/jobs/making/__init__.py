"""How outputs are made and put, for the service and the command line.

Others use:

- `perform`: `Performer`, group by group
- `media_child`: `MediaChild`, asks a child process
- `assignment`: `Assignment`, what is to be made and who listens
- `portion_making`: what went wrong, in words
- `portions`: which part of the whole a group is
- `destinations`: `open_stores`
- `scratch_places`: where the pieces of outputs lie
- `addresses`: by which addresses manifests name files
- `arrival`: what is looked at when a query arrives
- `made_output`: what has become of an output
- `local_task`: `LocalTask`, a task that is made at once
- `source_probing`: what the source of a query holds, or several that are stitched
- `named_source`: errors that name their source
- `leftovers`: files of a larger run before
- `finished_in_thread`: work in a thread that is waited for, and what is begun and ended in one
"""

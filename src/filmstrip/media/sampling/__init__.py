"""The frames that are shown at given moments: found, reached, decoded, and handed on in time order.

Begin with `parallel_sampler` (the whole job) and `sampler` (one decoder, growing targets).

Others use:

- `parallel_sampler`: `sample_frames`, which samples a source
- `sample_job`: `SampleJob`, what is sampled and what becomes of each sample
- `targets`: `Target`, a moment; `Sample`, the frame that is shown then
- `jobs_of_pieces`: `info_of_piece`, one of several recordings or sources as a source of its own
- `frame_number`: when the n-th frame is shown
- `counting_sampler`: whether packets tell when their frames are shown
"""

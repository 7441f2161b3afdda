"""Time is not what it seems: variable rates, starts that are not zero, repeated, missing and hidden pictures."""

from __future__ import annotations

from fractions import Fraction

from assets.asset import Asset, evenly
from assets.basic import AAC, FRAGMENTED, MILLISECOND, PLAIN, PLAIN_TS, X264, derived, filmed, repack
from assets.recipes import Encoding, Film, Remux, Surgery, Writing, tags
from assets.surgery import set_durations, set_edits, start_fragments_at
from assets.timed import encode_at
from assets.transport import forget_times

GAPS_MS = (40, 33, 17, 120, 40, 1, 250, 40, 66, 1700, 40, 41, 500, 8, 34)
HOUR_MS = 3_600_000


def _irregular(count: int) -> tuple[int, ...]:
    """Make timestamps in milliseconds with gaps of 1 ms up to 1.7 s."""
    times = [0]
    for index in range(count - 1):
        times.append(times[-1] + GAPS_MS[index % len(GAPS_MS)] + index % 7)
    return tuple(times)


def _timed(name: str, trap: str, times: tuple[int, ...], last_ms: int = 40) -> Asset:
    return filmed(
        name,
        trap,
        Film(len(times)),
        "",
        recipe=Writing(encode_at, (times, MILLISECOND)),
        times=tuple(time * MILLISECOND for time in times),
        end=(times[-1] + last_ms) * MILLISECOND,
        rate=None,
    )


def _with_sound(name: str, trap: str, film: Film, sound_seconds: int) -> Asset:
    recipe = Encoding(film, f"{X264} -g 50 {tags(film.look)} {AAC}", Fraction(sound_seconds))
    return filmed(name, trap, film, "", recipe=recipe, audio="aac")


_NO_EDITS = repack(PLAIN, "no_edits.mp4", "No edit list.", "-use_editlist 0", start=Fraction(2, 25))
_SILENT = filmed("silent.mp4", "No sound.", Film(200), f"{X264} -bf 0 -g 50 -video_track_timescale 25000")
_BASELINE = filmed("no_reordering.mp4", "No B-frames.", Film(100), f"{X264} -bf 0 -g 25")

VARIABLE = (
    _timed("vfr.mp4", "Truly variable frame rate: pictures last from 1 ms to 1.7 s.", _irregular(120)),
    _timed("vfr.mkv", "Truly variable frame rate in Matroska.", _irregular(120)),
    _timed(
        "hours_100.mp4",
        "A hundred hours, one picture every five.",
        tuple(range(0, 101 * HOUR_MS, 5 * HOUR_MS)),
    ),
    _timed("still_minute.mp4", "One picture stays for a minute, amid others.", (0, 40, 80, 60080, 60120, 60160)),
    Asset(
        name="duplicate_times.mkv",
        trap="Every time is told twice; of two pictures with one time the second is played.",
        recipe=Remux((_BASELINE,), "-map 0 -c copy -bsf:v setts=ts=floor(N/2)*80/1000/TB"),
        times=tuple(Fraction(index // 2 * 80, 1000) for index in range(100)),
        end=Fraction(4),
        transfer=1,
        primaries=1,
        matrix=1,
    ),
)

STARTS = (
    repack(PLAIN, "start_5s.mkv", "Starts at 5 s.", "-output_ts_offset 5", start=Fraction(5)),
    derived(
        FRAGMENTED,
        "start_100s.mp4",
        "Fragments whose first decoding time is 100 s, as a recorder of live streams writes them.",
        Surgery(FRAGMENTED, start_fragments_at, (100,)),
        start=100 + FRAGMENTED.start,
    ),
    repack(PLAIN, "start_1h.ts", "Starts at an hour.", "-output_ts_offset 3600", start=Fraction(18007, 5)),
    repack(
        PLAIN,
        "negative_start.ts",
        "Starts before zero.",
        "-output_ts_offset -2 -avoid_negative_ts disabled",
        start=Fraction(-3, 5),
    ),
    derived(
        PLAIN,
        "empty_edit.mp4",
        "The pictures begin 2 s after the sound: an empty edit.",
        Remux((PLAIN, PLAIN), "-map 0:v -map 1:a -c copy", "-itsoffset 2"),
        start=Fraction(2),
        lead_in=Fraction(2),
    ),
    derived(
        PLAIN,
        "late_sound.mp4",
        "The sound begins 2 s after the pictures.",
        Remux((PLAIN, PLAIN), "-map 1:v -map 0:a -c copy", "-itsoffset 2"),
    ),
)

EDITS = (
    derived(
        PLAIN,
        "edit_list_cut.mp4",
        "Cut without encoding: an edit list hides the pictures from the keyframe to number 83.",
        Remux((PLAIN,), "-map 0 -c copy", "-ss 3.32"),
        times=evenly(167, 25),
        numbers=range(83, 250),
        end=Fraction(167, 25),
    ),
    derived(
        PLAIN,
        "edit_list_cut_in_last_group.mp4",
        "Cut without encoding behind the last keyframe: what is shown refers to hidden pictures, and nothing follows.",
        Remux((PLAIN,), "-map 0 -c copy", "-ss 8.6"),
        times=evenly(35, 25),
        numbers=range(215, 250),
        end=Fraction(7, 5),
    ),
    derived(
        _SILENT,
        "two_edits.mp4",
        "Two edits play numbers 30 to 79 and then 140 to 189.",
        Surgery(_SILENT, set_edits, (((2000, 30 * 1000), (2000, 140 * 1000)),)),
        times=evenly(100, 25),
        numbers=(*range(30, 80), *range(140, 190)),
        end=Fraction(4),
    ),
)

LENGTHS = (
    filmed("single_frame.mp4", "One picture.", Film(1), X264),
    filmed("single_frame.mkv", "One picture in Matroska.", Film(1), X264),
    _with_sound("audio_longer.mp4", "The sound goes on for 6 s after the last picture.", Film(100), 10),
    _with_sound("audio_shorter.mp4", "The sound ends after 2 s.", Film(150), 2),
    derived(
        PLAIN,
        "header_too_short.mp4",
        "The headers tell 2 s, the sample table 10 s.",
        Surgery(_NO_EDITS, set_durations, (2.0,)),
        start=_NO_EDITS.start,
    ),
    derived(
        PLAIN,
        "header_too_long.mp4",
        "The headers tell a minute, the sample table 10 s.",
        Surgery(_NO_EDITS, set_durations, (60.0,)),
        start=_NO_EDITS.start,
    ),
    derived(
        PLAIN_TS,
        "missing_pts.ts",
        "Only every tenth picture has a time.",
        Surgery(PLAIN_TS, forget_times, (10,)),
        start=PLAIN_TS.start,
        timestamps=False,
    ),
)

ASSETS = (*VARIABLE, *STARTS, *EDITS, *LENGTHS)

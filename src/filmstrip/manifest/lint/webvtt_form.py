"""Rules on the form of a WebVTT track: what the standard allows and some player does not read."""

from __future__ import annotations

from filmstrip.manifest.lint.finding import WEBVTT_PLAYERS, Level, Player, Rule, whole_file
from filmstrip.manifest.lint.webvtt_reading import VttTrack

FORM_RULES: tuple[Rule[VttTrack], ...] = (
    Rule(
        "signature",
        Level.ERROR,
        WEBVTT_PLAYERS,
        "The first line is not WEBVTT, so this is no WebVTT file",
        lambda track, _: whole_file(broken=track.signature.split(maxsplit=1)[:1] != ["WEBVTT"]),
    ),
    Rule(
        "no-cue",
        Level.ERROR,
        WEBVTT_PLAYERS,
        "There is no cue: nothing is shown, and Plyr throws",
        lambda track, _: whole_file(broken=not track.cues),
    ),
    Rule(
        "broken-block",
        Level.ERROR,
        WEBVTT_PLAYERS,
        "This is neither a cue nor a comment",
        lambda track, _: [f"line {line}" for line in track.broken_blocks],
    ),
    Rule(
        "line-ends",
        Level.ERROR,
        (Player.VIDEO_JS_8,),
        "Lines end in CR LF, which is read as a blank line between times and picture: no thumbnails",
        lambda track, _: whole_file(broken=track.has_crlf),
    ),
    Rule(
        "header-lines",
        Level.ERROR,
        (Player.ARTPLAYER,),
        "Lines below WEBVTT are taken for a cue: no thumbnails",
        lambda track, _: [f"line {number}" for number, _line in enumerate(track.header, start=2)],
    ),
    Rule(
        "comment",
        Level.ERROR,
        (Player.ARTPLAYER,),
        "A NOTE, STYLE or REGION block is taken for a cue: no thumbnails",
        lambda track, _: [f"line {line}" for line, _kind in track.other_blocks],
    ),
    Rule(
        "cue-identifier",
        Level.ERROR,
        (Player.VIDEO_JS_8, Player.ARTPLAYER),
        "A line above the times is taken for the times: no thumbnails",
        lambda track, _: [str(cue) for cue in track.cues if cue.identifier is not None],
    ),
    Rule(
        "cue-settings",
        Level.ERROR,
        (Player.VIDEO_JS_8,),
        "Settings after the end time are taken for part of it: no thumbnails",
        lambda track, _: [str(cue) for cue in track.cues if cue.settings],
    ),
    Rule(
        "blank-lines",
        Level.ERROR,
        (Player.VIDEO_JS_8,),
        "More than one blank line between cues: no thumbnails",
        lambda track, _: [f"line {line}" for line in track.wide_gaps],
    ),
    Rule(
        "payload-lines",
        Level.ERROR,
        WEBVTT_PLAYERS,
        "More than one line below the times: players take different ones",
        lambda track, _: [str(cue) for cue in track.cues if len(cue.payload) > 1],
    ),
)

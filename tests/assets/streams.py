"""More or fewer streams than one of video and one of sound: cover art, several videos, no video."""

from __future__ import annotations

from fractions import Fraction

from assets.asset import Asset
from assets.basic import AAC, PLAIN, X264, derived, filmed
from assets.recipes import Encoding, Film, Remux, Surgery, tags
from assets.surgery import put_metadata_first
from pictures import Look

_VP9_ALPHA = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 400k -g 25 -auto-alt-ref 0 -pix_fmt yuva420p"
_LEFT_TENTH_TRANSPARENT = ",format=yuva420p,'geq=lum=lum(X\\,Y):cb=cb(X\\,Y):cr=cr(X\\,Y):a=if(lt(X\\,32)\\,0\\,255)'"
_SMALL = Look((128, 72))
_COVER = filmed(
    "cover.jpg", "A picture.", Film(1, first=999), "-frames:v 1 -c:v mjpeg -pix_fmt yuvj420p", codec="mjpeg"
)
_OTHER = filmed(
    "other.mp4", "Another film: its numbers start at 1000.", Film(250, look=_SMALL, first=1000), f"{X264} -g 50"
)
_SOUND = Asset(
    name="audio_only.m4a",
    trap="Sound and nothing else.",
    recipe=Encoding(Film(1), f"-map 1:a {AAC}", Fraction(5)),
    codec=None,
    audio="aac",
)
_WITH_COVER = derived(
    PLAIN,
    "cover_art.mp4",
    "A film with a still cover.",
    Remux((PLAIN, _COVER), "-map 0 -map 1 -c copy -disposition:v:1 attached_pic"),
)

ASSETS = (
    _SOUND,
    Asset(
        name="cover_art.m4a",
        trap="Sound with a still cover, which is no video.",
        recipe=Remux((_SOUND, _COVER), "-map 0 -map 1 -c copy -disposition:v attached_pic"),
        codec=None,
        audio="aac",
    ),
    _WITH_COVER,
    derived(
        PLAIN,
        "cover_first.mp4",
        "A film whose first video stream is its cover.",
        Surgery(_WITH_COVER, put_metadata_first),
        stream_index=1,
    ),
    derived(
        PLAIN,
        "two_videos.mkv",
        "Two films; the second one is marked as the default.",
        Remux((_OTHER, PLAIN), "-map 0:v -map 1 -c copy -disposition:v:0 0 -disposition:v:1 default"),
        stream_index=1,
    ),
    derived(
        PLAIN,
        "two_videos.mp4",
        "Two films, neither is marked: the larger picture is meant.",
        Remux((_OTHER, PLAIN), "-map 0:v -map 1 -c copy"),
        stream_index=1,
    ),
    derived(
        PLAIN,
        "data_tracks.mov",
        "A time code track beside picture and sound.",
        Remux((PLAIN,), "-map 0 -c copy -timecode 01:00:00:00"),
    ),
    filmed(
        "alpha.webm",
        "VP9 with an alpha layer: the left tenth of the picture is transparent.",
        Film(50),
        "",
        recipe=Encoding(Film(50), f"{_VP9_ALPHA} {tags(Look())}{_LEFT_TENTH_TRANSPARENT}"),
        codec="vp9",
        alpha=True,
    ),
)

"""Queries as clients of Qencode really send them: the published pages, the samples of the SDKs, third-party clients.

Hosts, keys and texts are made up; names, nesting and the types of values are theirs.
"""

from __future__ import annotations

from typing import Any

Query = dict[str, Any]

SOURCE = "https://media.example.com/source.mp4"
AWS = {"url": "s3://s3-us-west-2.amazonaws.com/bucket/out/", "key": "AKIAEXAMPLE", "secret": "se/cret+x"}
FILE = {**AWS, "url": "s3://s3-us-west-2.amazonaws.com/bucket/out/clip.mp4"}


def mp4(**parameters: Any) -> Query:
    return {"output": "mp4", **parameters}


def thumbnails(**parameters: Any) -> Query:
    return {"output": "thumbnails", **parameters}


def job(*formats: Query, **parameters: Any) -> Query:
    return {"source": SOURCE, "format": list(formats), **parameters}


X264 = {
    "vprofile": "baseline",
    "level": 31,
    "coder": 0,
    "flags2": "-bpyramid+fastpskip-dct8x8",
    "partitions": "+parti8x8+parti4x4+partp8x8+partb8x8",
    "directpred": 2,
    "me_method": "hex",
    "bf": "2",
    "subq": "7",
    "trellis": "1",
    "refs": "4",
    "qcomp": "0.60",
    "qmin": "10",
    "qmax": "51",
}

CORPUS: dict[str, Query] = {
    "the interval page: an mp4 clip and thumbnails of the whole source": job(
        mp4(destination=FILE, file_extension="mp4", size="320x240", duration=60),
        thumbnails(destination=AWS, interval=30, width=320, height=240),
    ),
    "thumbnails alone, all values numbers": job(thumbnails(destination=AWS, interval=30, width=320, height=240)),
    "thumbnails alone, all values texts": job(thumbnails(destination=AWS, interval="30", width="320", height="240")),
    "thumbnails into the temporary store": job(thumbnails(destination="", width=920, height=500, interval=5)),
    ".NET sample: a folder without a slash at the end": job(
        mp4(destination={**FILE, "url": "s3://s3.amazonaws.com/bucket/a.mp4"}, height=360, duration=60),
        thumbnails(destination={**AWS, "url": "s3://s3.amazonaws.com/bucket/thumbs"}, interval=5, height=90),
    ),
    "the launch page: a height as text": job(mp4(height="360")),
    "SDK samples: size and codec": job(mp4(size="640x360", video_codec="libx264")),
    "Python sample: two renditions": job(
        mp4(size="320x240", video_codec="libx264", destination=FILE),
        mp4(
            size="1280x720",
            video_codec="libx264",
            destination={"url": AWS["url"] + "hd.mp4", "key": None, "secret": None},
        ),
    ),
    "Java test: texts and an engine version": job(mp4(height="720", duration="20"), encoder_version="2"),
    "the start_encode2 page: full x264 parameters": job(
        mp4(
            framerate="29.97",
            keyframe="25",
            start_time="10",
            duration="20",
            size="1920x1080",
            two_pass="0",
            quality="23",
            bitrate="4000",
            audio_bitrate="128",
            audio_sample_rate="44100",
            audio_channels_number="2",
            pix_format="yuv420p",
            video_codec_parameters=X264,
            destination=FILE,
        )
    ),
    "a rotated video and a keyframe every three seconds": job(mp4(rotate="90", keyframe="3s", destination="")),
    "a rotation of nothing, as the browser sends it": job(mp4(rotate="0", destination="")),
    "bulk sample: crop, shape, quality, label": job(
        mp4(height="480", resize_mode="crop", aspect_ratio="16:9", quality=25, tag="480p", destination=FILE),
        mp4(
            height=360,
            aspect_ratio="1.77",
            quality="28",
            user_tag="360p",
            destination=[AWS["url"] + "360.mp4", AWS["url"] + "copy.mp4"],
        ),
    ),
    "watch folder: quality and sound": job(mp4(quality="23", audio_bitrate="128")),
    "browser form: all texts, junk beside them": job(
        mp4(size="640x360", bitrate="300", pix_format="yuv420p", framerate="30", audio_bitrate="64", destination=""),
        file={},
    ),
    "recipe: seek previews by resolution": job(
        thumbnails(interval=10, resolution=240, image_format="jpg", quality=80, destination=AWS), encoder_version=2
    ),
    "recipe: no destination": job(mp4(resolution=720)),
    "recipe: a ladder that may grow": job(
        mp4(height=1080, quality=20), mp4(height=720, quality=22), mp4(height=480, quality=24), upscale=1
    ),
    "recipe: failures that do not count, callbacks": job(
        mp4(height=720),
        thumbnails(interval=2.5, image_format="JPEG", allow_soft_fail=1),
        callback_url="https://app.example.com/hook",
        use_subtask_callback=1,
        retry_on_error="1",
    ),
    "storage page: one destination as text with its keys": job(
        mp4(destination="s3://AKIA:se%2Fcret@s3.eu-central-1.amazonaws.com/bucket/a.mp4")
    ),
    "storage page: a list, headers and classes": job(
        mp4(
            destination=[
                {**FILE, "permissions": "public-read", "storage_class": "STANDARD_IA"},
                {**FILE, "url": "s3://nyc3.digitaloceanspaces.com/space/a.mp4", "cache_control": "max-age=86400"},
            ]
        )
    ),
    "Go client: HEVC's tag on H.264, true and floats": job(
        mp4(tag_video="avc1", width=854.0, video_codec_parameters={"max_rate": 1.5, "bufsize": 3.0}), upscale=True
    ),
    "monitor: a key without an extension": job(
        mp4(destination={**FILE, "url": "s3://storage.googleapis.com/bucket/7f00c0de"})
    ),
    "one format, not in a list": {"source": SOURCE, "format": mp4(height="360")},
}

"""What Qencode publishes that is not made here: each such attribute is accepted without effect and told, or refused.

What is supported is said by the fields of the parameters themselves; a name that is one of them is not looked up here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from filmstrip.domain.errors import Mistake
from filmstrip.params.parameters import without_absent


class Place(StrEnum):
    """Where an attribute stands."""

    QUERY = "query"
    FORMAT = "format"
    DESTINATION = "destination"
    NESTED = "an object of an output's own"


class Answer(StrEnum):
    """What becomes of an attribute."""

    SUPPORTED = "supported"
    WITHOUT_EFFECT = "accepted without effect, and told"
    REFUSED = "refused"
    SILENT = "accepted without effect"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Which outputs an attribute is for; for all, if nothing is said.

    Attributes:
        names: Some of them, by their published names.
        parameter: A parameter that tells the others by what they have: it is for each that has this one.
    """

    names: frozenset[str] = frozenset()
    parameter: str = ""

    @property
    def are_all(self) -> bool:
        """Whether it is for every output."""
        return not self.names and not self.parameter

    def include(self, name: str, parameters: frozenset[str]) -> bool:
        """Check whether an output is one of them, by its name and the names of its parameters."""
        return self.are_all or name in self.names or self.parameter in parameters


_ALL = Outputs()


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that Qencode publishes, and what becomes of it where it is none of our parameters.

    Attributes:
        place: Where it stands.
        name: Its name.
        answer: What becomes of it.
        reason: Why, as the rest of a sentence that begins with its name.
        outputs: The outputs that it is for.
        keeps: A value that means what is done anyway.
    """

    place: Place
    name: str
    answer: Answer
    reason: str
    outputs: Outputs = _ALL
    keeps: str = ""


_VIDEO = Outputs(parameter="video_codec")
# What is seen of a video, and not how it is encoded: a GIF has no quality, colours or sound to be told about.
_SEEN = Outputs(frozenset({"gif"}), parameter="video_codec")
_SOUND = Outputs(parameter="audio_channels_number")
_STREAMED = Outputs(frozenset({"advanced_hls", "advanced_dash", "webm_dash", "hls_audio"}))
_OFF = frozenset({"0", "0.0", "false", "no", "off", "[]", "{}"})


def _each(
    answer: Answer,
    names: str,
    reason: str,
    outputs: Outputs = _ALL,
    *,
    place: Place = Place.FORMAT,
    keeps: str = "",
) -> Iterator[Attribute]:
    return (Attribute(place, name, answer, reason, outputs, keeps) for name in names.split())


PUBLISHED: tuple[Attribute, ...] = (
    *_each(
        Answer.WITHOUT_EFFECT, "refresh_playlist", "is for playlists, which are not made here yet", place=Place.QUERY
    ),
    *_each(Answer.SILENT, "encoder_version", "is not needed: all versions are one", place=Place.QUERY),
    *_each(Answer.SILENT, "file", "is sent by clients and means nothing", place=Place.QUERY),
    # A video without its logo is not the video that was asked for.
    *_each(Answer.REFUSED, "logo", "is not drawn here yet: leave it out for a video without one", _SEEN),
    *_each(
        Answer.REFUSED,
        "subtitles subtitles_copy",
        "is not made here yet: leave it out for a video without subtitles",
        _SEEN,
    ),
    *_each(Answer.REFUSED, "audio_pan", "is not made here yet: leave it out for channels mixed as usual", _SOUND),
    *_each(
        Answer.REFUSED,
        "optimize_bitrate min_crf max_crf adjust_crf",
        "is not made here: say quality or bitrate",
        _VIDEO,
    ),
    *_each(
        Answer.REFUSED,
        "color_space color_range color_trc color_primaries",
        "is not made here: leave it out to keep the colours of the source, or say hdr_to_sdr for BT.709",
        _VIDEO,
        keeps="1",
    ),
    *_each(
        Answer.REFUSED,
        "inject_360_metadata keep_360_metadata",
        "is not made here: leave it out for a video that plays flat",
        _VIDEO,
    ),
    *_each(
        Answer.REFUSED,
        "cenc_drm fps_drm buydrm_drm encryption forensic_watermark",
        "is not made here: leave it out if the result may be unprotected",
    ),
    *_each(
        Answer.WITHOUT_EFFECT,
        "stream segment_duration playlist_name i_frames_only fmp4 create_m3u8_playlist separate_audio single_folder "
        "incremental_tag packager_version",
        "is for streams of segments, which are not made here yet",
        _STREAMED,
    ),
    *_each(
        Answer.WITHOUT_EFFECT,
        "audio_copy video_copy metadata_copy",
        "is for repack, which is not made here yet",
        Outputs(frozenset({"repack"})),
    ),
    *_each(
        Answer.WITHOUT_EFFECT,
        "metadata_version",
        "is for metadata, which is not made here yet",
        Outputs(frozenset({"metadata"})),
    ),
    *_each(
        Answer.WITHOUT_EFFECT,
        "transcript json srt vtt transcript_name json_name srt_name vtt_name mode language translate_languages",
        "is for speech_to_text, which is not made here",
        Outputs(frozenset({"speech_to_text"})),
    ),
    *_each(
        Answer.WITHOUT_EFFECT,
        "vmaf_model distorted n_subsample shortest",
        "is for vmaf, which is not made here",
        Outputs(frozenset({"vmaf"})),
    ),
    # What classes of the official clients send by themselves.
    *_each(Answer.SILENT, "is_watermark path resize_mod downmix_mode bf", "is sent by clients and means nothing"),
    *_each(
        Answer.WITHOUT_EFFECT,
        "udp_port",
        "is for Aspera, which is no destination here",
        place=Place.DESTINATION,
    ),
)

SUPPORTED: Mapping[Place, frozenset[str]] = {
    Place.QUERY: frozenset(
        {"source", "stitch", "format", "upscale", "callback_url", "use_subtask_callback", "retry_on_error"}
    ),
    Place.FORMAT: frozenset(
        """
        output destination start_time duration size width height resolution rotate aspect_ratio resize_mode framerate
        framerate_limit keyframe quality bitrate two_pass pix_format video_codec profile level video_codec_parameters
        tag_video hdr_to_sdr deinterlace audio_codec audio_bitrate audio_sample_rate audio_channels_number audio_mute
        time frame_number interval image_format sprite columns tag user_tag file_extension allow_soft_fail
        """.split()  # noqa: SIM905 - a list of so many words would fill a page
    ),
    Place.DESTINATION: frozenset(
        "url key secret permissions storage_class cache_control is_passive use_tls tcp_port".split()  # noqa: SIM905 - as above
    ),
}
"""What Qencode publishes and is made here, be it by some outputs only."""

_BY_NAME = {(attribute.place, attribute.name): attribute for attribute in PUBLISHED}


def attribute_named(place: Place, name: str) -> Attribute | None:
    """Return what becomes of an attribute that is none of our parameters; None if Qencode does not publish it."""
    return _BY_NAME.get((place, name))


def refusals(
    place: Place, path: str, document: Mapping[str, object], known: frozenset[str], output: str = ""
) -> Iterator[Mistake]:
    """Yield what is asked for and would change the result, but is not made here.

    Args:
        place: Where the document stands.
        path: The same for people, such as "format[0].".
        document: What the client sent.
        known: The keys that are parameters there; they tell what an output has, such as sound.
        output: Which output the document is of.
    """
    present = without_absent(document)
    for name, value in present.items() if isinstance(present, dict) else ():
        found = None if name in known else attribute_named(place, str(name))
        if found is None or found.answer is not Answer.REFUSED or not found.outputs.include(output, known):
            continue
        if not _is_off(value, found):
            yield Mistake(f"{path}{name}", found.reason)


def told(place: Place, name: str, value: object) -> str | None:
    """Return the end of a sentence about a key that is none of our parameters; None to say nothing of it."""
    found = attribute_named(place, name)
    if found is None:
        is_elsewhere = name in SUPPORTED.get(place, ())
        return "means nothing for this output" if is_elsewhere else "is not known here and was ignored"
    if found.answer is Answer.SILENT or _is_off(value, found):
        return None
    return found.reason if found.answer is Answer.WITHOUT_EFFECT else "means nothing for this output"


def _is_off(value: object, attribute: Attribute) -> bool:
    return str(value).strip().lower() in {*_OFF, attribute.keeps}

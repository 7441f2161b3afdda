"""How many bits of a sample of sound mean something: decoders give 32 for 24, and more than codecs with loss had."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from av.audio.stream import AudioStream

from filmstrip.media.containers.opening import open_container
from filmstrip.media.source.media_source import MediaSource

_WITH_LOSS = 16
_PCM = re.compile(r"pcm_([suf])(\d+)")
_FLOATING = 32
# The most that each of these knows.
_WITHOUT_LOSS: Mapping[str, int] = {
    **dict.fromkeys(("ape", "mlp", "pcm_bluray", "pcm_dvd", "s302m", "tak", "truehd", "wmalossless"), 24),
    **dict.fromkeys(("dsd_lsbf", "dsd_lsbf_planar", "dsd_msbf", "dsd_msbf_planar"), 24),
}
# The flags of a block of WavPack (WavPack 4 & 5 Binary File / Block Format, "WavPack Block Header").
_WAVPACK_MARK, _FLAGS = b"wvpk", slice(24, 28)
_BYTES_LESS_ONE, _IS_FLOATING, _SHIFT_BITS, _SHIFT_MASK = 0b11, 1 << 7, 13, 0b11111


def find_sample_bits(stream: AudioStream, source: MediaSource) -> int | None:
    """Find out how many bits of a sample mean something.

    Args:
        stream: The sound, in an open container.
        source: The bytes of it.

    Returns:
        16 for codecs with loss, 32 or 64 for floating point; None if only decoding would tell.
    """
    codec = stream.codec_context.name
    pcm = _PCM.match(codec)
    if pcm is not None:
        return max(int(pcm[2]), _FLOATING) if pcm[1] == "f" else int(pcm[2])
    if codec == "wavpack":
        return _wavpack_bits(_first_packet(stream, source))
    if codec == "dca":
        return 24 if "MA" in (stream.codec_context.profile or "") else _WITH_LOSS
    if codec == "als":
        return None
    if codec in _TOLD_BY_HEADER:
        return _TOLD_BY_HEADER[codec](stream.codec_context.extradata or b"")
    return _WITHOUT_LOSS.get(codec, _WITH_LOSS)


def _flac_bits(header: bytes) -> int | None:
    # STREAMINFO (RFC 9639, 8.2): 20 bits of the sample rate from byte 10 on, 3 of the channels, 5 of the sample less 1.
    header = header.removeprefix(b"fLaC")[-34:]
    return ((header[12] & 1) << 4 | header[13] >> 4) + 1 if len(header) == 34 else None  # noqa: PLR2004 - its length


def _alac_bits(header: bytes) -> int | None:
    # ALACSpecificConfig (Apple Lossless Format, "Magic Cookie") behind 12 bytes of its box.
    return header[17] if len(header) > 17 else None  # noqa: PLR2004 - one byte more


def _tta_bits(header: bytes) -> int | None:
    # TTA1 header: mark, format, channels, bits per sample, each of the last three in two bytes.
    return int.from_bytes(header[8:10], "little") if header.startswith(b"TTA1") else None


_TOLD_BY_HEADER: Mapping[str, Callable[[bytes], int | None]] = {
    "flac": _flac_bits,
    "alac": _alac_bits,
    "tta": _tta_bits,
}


def _first_packet(stream: AudioStream, source: MediaSource) -> bytes:
    """Read it with a reader of its own: the place of the open one belongs to others."""
    with open_container(source) as container:
        for packet in container.demux(container.streams[stream.index]):
            return bytes(packet)
    return b""


def _wavpack_bits(block: bytes) -> int | None:
    if not block.startswith(_WAVPACK_MARK):
        return None
    flags = int.from_bytes(block[_FLAGS], "little")
    if flags & _IS_FLOATING:
        return _FLOATING
    return 8 * ((flags & _BYTES_LESS_ONE) + 1) - (flags >> _SHIFT_BITS & _SHIFT_MASK)

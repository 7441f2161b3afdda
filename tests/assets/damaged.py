"""Files that were cut off or garbled on the way: what is whole in them must be shown, what is not must be told."""

from __future__ import annotations

from assets.asset import Asset
from assets.basic import PLAIN, PLAIN_MKV, PLAIN_TS, derived
from assets.recipes import Surgery
from assets.surgery import garble, truncate
from assets.transport import lose_packets

CUT_SECONDS = 6.4
CUT_OFF = frozenset(range(160, 250))
BAD_SECONDS = (4.4, 5.2)
BAD = frozenset(range(110, 150))


def _damaged(base: Asset, name: str, trap: str, recipe: Surgery, damaged: frozenset[int]) -> Asset:
    return derived(base, name, trap, recipe, damaged=damaged, start=base.start)


ASSETS = (
    *(
        _damaged(base, f"truncated{suffix}", trap, Surgery(base, truncate, (CUT_SECONDS,)), CUT_OFF)
        for base, suffix, trap in (
            (PLAIN, ".mp4", "The index in front tells 10 s, the file ends at 6.4 s."),
            (PLAIN_MKV, ".mkv", "Cut off at 6.4 s, and the cues with it."),
            (PLAIN_TS, ".ts", "Cut off at 6.4 s."),
        )
    ),
    *(
        _damaged(base, f"corrupt{suffix}", trap, Surgery(base, garble, BAD_SECONDS), BAD)
        for base, suffix, trap in (
            (PLAIN, ".mp4", "Packets from 4.4 to 5.2 s are noise; the group ends at number 150."),
            (PLAIN_MKV, ".mkv", "Packets from 4.4 to 5.2 s are noise, in Matroska."),
        )
    ),
    _damaged(
        PLAIN_TS,
        "lossy.ts",
        "Every seventh packet from 4.4 to 5.2 s is lost.",
        Surgery(PLAIN_TS, lose_packets, BAD_SECONDS),
        BAD,
    ),
)

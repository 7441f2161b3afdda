"""How is it told how far a piece of work is?"""

from filmstrip.domain.progress import SparseProgress


def test_frequent_progress_is_told_now_and_then() -> None:
    """The first fraction is told, then one a while, and the end whenever it comes."""
    told: list[float] = []
    moments = iter((0.0, 0.1, 0.19, 0.2, 0.3, 0.35))
    progress = SparseProgress(told.append, 0.2, clock=lambda: next(moments))
    for fraction in (0.1, 0.2, 0.3, 0.4, 0.5, 1.0):
        progress(fraction)
    assert told == [0.1, 0.4, 1.0]

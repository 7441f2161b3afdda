"""Which script of an API key runs first?"""

from filmstrip.jobs.rules.turns import turn_of


def test_outputs_of_a_small_task_go_between_those_of_a_large_one() -> None:
    """Of the same priority; one of a higher priority goes before all of them, however many they are."""
    large = [turn_of(5, place) for place in range(3000)]
    assert large == sorted(large)
    assert turn_of(5, 1) < large[2]
    assert turn_of(4, 10**6) < large[0]
    assert turn_of(6) > large[-1]
    assert turn_of(10, 10**6) < 2**31

"""The line of questions: fair, bounded, and left by those who have gone."""

from __future__ import annotations

import threading
import time

import pytest

from rag.settings import ServerLimits
from ui.web.chat.listening import while_listened
from ui.web.common.waiting import BusyError, Line

ONE = ServerLimits(at_once=1, waiting=6, of_one=4)


def served(line, places):
    """Answer one question after the other; return the visitors in the order they are served."""
    order = []
    while ready := [place for place in places if place.admitted.is_set()]:
        for place in ready:
            order.append(place.visitor)
            places.remove(place)
            place.leave()
    return "".join(order)


@pytest.mark.parametrize(
    ("came", "order"),
    [
        ("a", "a"),
        ("aaab", "abaa"),
        ("aaabc", "abcaa"),
        ("aaabbb", "ababab"),
        ("abcabc", "abcabc"),
        ("aabbcc", "abcabc"),
    ],
)
def test_visitors_take_turns(came, order):
    line = Line(ONE)
    assert served(line, [line.enter(visitor) for visitor in came]) == order


def test_who_was_served_last_comes_last():
    line = Line(ONE)
    first, second = line.enter("a"), line.enter("a")
    first.leave()
    # The second of "a" is in work; of the next two, "b" has not been served yet.
    later = [line.enter("a"), line.enter("b")]
    second.leave()
    assert [place.admitted.is_set() for place in later] == [False, True]


def test_as_many_at_once_as_are_allowed():
    line = Line(ServerLimits(at_once=2, waiting=3, of_one=9))
    places = [line.enter(visitor) for visitor in "abcd"]
    assert [place.admitted.is_set() for place in places] == [True, True, False, False]
    assert [place.ahead for place in places] == [0, 0, 0, 1]
    places[1].leave()
    assert places[2].wait(0)
    assert not places[3].wait(0)


def test_beyond_the_limit_the_answer_is_busy_with_a_time():
    line = Line(ServerLimits(at_once=1, waiting=2, of_one=9))
    places = [line.enter(visitor) for visitor in "abc"]
    # 5 s an answer, of which three come first.
    with pytest.raises(BusyError, match="busy: 2 questions wait already; ask again in about 15 s"):
        line.enter("d")
    places[0].leave()
    line.enter("d")


def test_a_visitor_has_a_limit_of_his_own():
    line = Line(ServerLimits(at_once=1, waiting=9, of_one=2))
    first = line.enter("a")
    line.enter("a")
    with pytest.raises(BusyError, match="2 of your questions are not answered yet"):
        line.enter("a")
    line.enter("b")
    first.leave()
    line.enter("a")


def test_leaving_twice_or_before_the_turn_does_no_harm():
    line = Line(ONE)
    first, second, third = (line.enter(visitor) for visitor in "abc")
    second.leave()
    second.leave()
    first.leave()
    assert third.wait(0)
    third.leave()
    assert line.enter("d").wait(0)


def test_how_long_answers_take_is_learnt():
    line = Line(ONE)
    for _ in range(40):
        line.enter("a").leave()
    assert line.seconds(0) == 1


def test_threads_are_served_each_once():
    line = Line(ServerLimits(at_once=2, waiting=30, of_one=30))
    most, now, lock = [], [0], threading.Lock()

    def ask(visitor):
        place = line.enter(visitor)
        assert place.wait(30)
        with lock:
            now[0] += 1
            most.append(now[0])
        time.sleep(0.002)
        with lock:
            now[0] -= 1
        place.leave()

    def ask_twice(visitor):
        ask(visitor)
        ask(visitor)

    threads = [threading.Thread(target=ask_twice, args=(str(n % 3),)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 40
    assert max(most) <= 2


def slow(stop, ended):
    try:
        for number in range(1_000):
            if stop.wait(0.05):
                return
            yield number
    finally:
        ended.set()


def test_all_steps_come_while_somebody_listens():
    stop = threading.Event()
    steps = while_listened((letter for letter in "abc"), gone=lambda: False, stop=stop)
    assert [step for step in steps if step] == [*"abc"]
    assert stop.is_set()


def test_work_ends_within_a_second_when_nobody_listens():
    stop, ended = threading.Event(), threading.Event()

    def silent():
        if not stop.wait(60):
            yield "never"
        ended.set()

    begun = time.monotonic()
    assert [*while_listened(silent(), gone=lambda: True, stop=stop)] == []
    assert ended.wait(1)
    assert time.monotonic() - begun < 5


def test_work_ends_when_its_iterator_is_closed():
    stop, ended = threading.Event(), threading.Event()
    steps = while_listened(slow(stop, ended), gone=lambda: False, stop=stop)
    assert next(step for step in steps if step is not None) == 0
    steps.close()
    assert ended.wait(5)


def test_an_error_is_raised_where_the_work_was_asked_for():
    def broken():
        yield 1
        raise ValueError("no")

    steps = while_listened(broken(), gone=lambda: False, stop=threading.Event())
    assert next(steps) == 1
    with pytest.raises(ValueError, match="no"):
        list(steps)

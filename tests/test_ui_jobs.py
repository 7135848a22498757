"""The line of long work: nobody is refused, nobody sees another's result, and what nobody waits for is stopped."""

from __future__ import annotations

import threading
import time
import weakref

import numpy as np
import pytest

from heartguard.explain import ExplanationCancelledError, lead_shap
from heartguard.leads import LEADS
from heartguard.sessions import Job, JobQueue, jobs, shared_queue
from heartguard.values import Ecg
from heartlab.simulate.ecg import simulate_ecg
from tests.test_explain import engine


def wait(job: Job, *states: str) -> None:
    until = time.monotonic() + 60
    while job.look() not in states and time.monotonic() < until:
        time.sleep(0.005)
    assert job.state in states


def test_ten_users_at_once_are_served_in_turn_each_with_the_own_result():
    queue, order, running = JobQueue(), [], []

    def work(job: Job) -> str:
        running.append(job)
        assert len(running) == 1
        time.sleep(0.01)
        order.append(job.key)
        running.remove(job)
        return f"result of {job.key}"

    users = [Job(f"user {number}", work) for number in range(10)]
    for user in users:
        queue.submit(user)
    for user in users:
        wait(user, "done")
    assert order == [user.key for user in users]
    assert [user.result for user in users] == [f"result of {user.key}" for user in users]


def test_ten_users_who_ask_for_shap_at_once_get_what_each_gets_alone():
    queue = JobQueue()
    ecg = Ecg(simulate_ecg("normal", 70, seed=1).signals, np.ones(12, np.float32), "II")
    lead_shap(ecg, engine(), "MI", evaluations=27)  # the first call imports shap
    engines = {lead: engine(**{lead: 2.0}) for lead in LEADS[:10]}
    users = [
        Job(lead, lambda job, model=model: lead_shap(ecg, model, "MI", evaluations=27, on_progress=job.report))
        for lead, model in engines.items()
    ]
    for user in users:
        queue.submit(user)
    until = time.monotonic() + 200
    while {user.look() for user in users} != {"done"} and time.monotonic() < until:
        time.sleep(0.02)
    for user in users:
        assert user.state == "done"
        values = user.result.values
        assert max(values, key=lambda name: values[name]) == user.key
        assert sum(abs(value) > 1e-6 for value in values.values()) == 1
        assert user.progress[0] == user.result.evaluations


def test_who_waits_is_told_how_many_come_before():
    queue, gate = JobQueue(), threading.Event()
    first = Job("first", lambda job: gate.wait(10))
    queue.submit(first)
    wait(first, "running")
    second, third = Job("second", lambda job: 2), Job("third", lambda job: 3)
    queue.submit(second)
    queue.submit(third)
    assert (queue.ahead(first), queue.ahead(second), queue.ahead(third)) == (0, 1, 2)
    gate.set()
    wait(third, "done")
    assert queue.ahead(third) == 0


def test_a_running_job_can_be_stopped_and_a_waiting_one_is_never_begun():
    def work(job: Job) -> None:
        while not job.stopping():
            job.report(1, 2)
            time.sleep(0.005)
        raise ExplanationCancelledError

    queue = JobQueue()
    running, waiting = Job("running", work), Job("waiting", work)
    queue.submit(running)
    queue.submit(waiting)
    wait(running, "running")
    waiting.stop()
    running.stop()
    wait(running, "stopped")
    wait(waiting, "stopped")
    assert running.progress == (1, 2)
    assert waiting.progress == (0, 0)


def test_a_job_that_nobody_looks_at_any_more_is_stopped(monkeypatch):
    monkeypatch.setattr(jobs, "LOST_S", -1.0)
    job = Job("left", lambda job: 1)
    job.run()
    assert job.state == "stopped"
    assert job.result is None


def test_a_job_whose_browser_has_gone_is_stopped_sooner_unless_it_comes_back(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(jobs.time, "monotonic", lambda: now[0])
    job = Job("asked", lambda job: 1)
    now[0] += jobs.LOST_S
    assert not job.stopping()
    job.leave()
    now[0] += jobs.GONE_S
    assert not job.stopping()
    now[0] += 1
    assert job.stopping()
    job.look()
    now[0] += jobs.GONE_S + 1
    assert not job.stopping()


def test_a_job_that_fails_leaves_the_line_moving():
    def fail(job: Job) -> None:
        raise RuntimeError("broken")

    queue = JobQueue()
    bad, good = Job("bad", fail), Job("good", lambda job: 1)
    queue.submit(bad)
    queue.submit(good)
    wait(good, "done")
    assert bad.state == "failed"
    assert isinstance(bad.error, RuntimeError)


def test_nothing_of_a_job_is_held_once_its_owner_has_let_go_of_it():
    class Picture:
        """What a reading holds; it refers to itself, as results with a way back to their page do."""

        def __init__(self) -> None:
            self.itself = self

    queue = JobQueue()
    job = Job("one", lambda job: Picture())
    queue.submit(job)
    wait(job, "done")
    picture = weakref.ref(job.result)
    job.result = None
    later = Job("another", lambda job: 1)
    queue.submit(later)
    wait(later, "done")
    until = time.monotonic() + 10
    while picture() is not None and time.monotonic() < until:
        time.sleep(0.01)
    assert picture() is None


def test_the_line_holds_no_job_that_is_done():
    queue = JobQueue()
    job = Job("one", lambda job: 1)
    queue.submit(job)
    wait(job, "done")
    held = weakref.ref(job)
    del job
    until = time.monotonic() + 10
    while held() is not None and time.monotonic() < until:
        time.sleep(0.01)
    assert held() is None


def test_two_workers_run_two_jobs_and_the_place_in_the_line_counts_both():
    queue, gate, most = JobQueue(2), threading.Event(), []

    def work(job: Job) -> None:
        most.append(job.key)
        gate.wait(10)

    users = [Job(str(number), work) for number in range(4)]
    for user in users:
        queue.submit(user)
    wait(users[1], "running")
    assert [queue.ahead(user) for user in users] == [0, 0, 2, 3]
    assert len(most) == 2
    gate.set()
    wait(users[3], "done")
    assert users[3].waited_s >= users[0].waited_s


@pytest.mark.parametrize(("limit", "workers"), [(690_000_000, 1), (10**9, 2), (None, 2)])
def test_one_job_at_a_time_where_memory_is_short(monkeypatch, limit, workers):
    monkeypatch.setattr(jobs, "memory_limit", lambda: limit)
    monkeypatch.setattr(jobs, "JobQueue", lambda count: count)
    assert shared_queue.__wrapped__() == workers


def served(queue: JobQueue, gate: threading.Event, *waiting: Job) -> list[str]:
    """Queue jobs while another one runs; return the order in which they were to come, as each was told."""
    first = Job("first", lambda job: gate.wait(10))
    queue.submit(first)
    wait(first, "running")
    for job in waiting:
        queue.submit(job)
    places = {job.key: queue.ahead(job) for job in waiting}
    return sorted(places, key=lambda key: places[key])


def test_an_explanation_waits_for_one_reading_each_and_readings_for_one_explanation_each():
    queue, gate, order = JobQueue(), threading.Event(), []
    readings = [Job(f"reading {number}", lambda job: order.append(job.key)) for number in range(4)]
    explanations = [Job(f"shap {number}", lambda job: order.append(job.key), "explanation") for number in range(2)]
    told = served(queue, gate, *readings, *explanations)
    gate.set()
    wait(readings[-1], "done")
    assert order == ["shap 0", "reading 0", "shap 1", "reading 1", "reading 2", "reading 3"]
    assert told == order


def test_of_one_kind_alone_the_first_comes_first():
    queue, gate, order = JobQueue(), threading.Event(), []
    explanations = [Job(f"shap {number}", lambda job: order.append(job.key), "explanation") for number in range(3)]
    told = served(queue, gate, *explanations)
    gate.set()
    wait(explanations[-1], "done")
    assert told == order == ["shap 0", "shap 1", "shap 2"]

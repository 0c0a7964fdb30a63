"""Benchmarks/Comparison/follow-up.yaml as one writes it in SimPy: a process a contact, any of an answer and a timeout,
one shared capacity of calls. Prints contacts a second, and one JSON line: simpy_follow_up.py [N] (pip install simpy==4.1.2)."""
import json, random, sys, time

import simpy

count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
day = 1440
rng = random.Random(1)
env = simpy.Environment()
outcomes = {"answered": 0, "silent": 0}
calls = simpy.Container(env, capacity=max(1, count), init=max(1, count // 30))


def refill():
    while True:
        yield env.timeout(day)
        room = max(1, count // 30) - calls.level
        if room > 0:
            yield calls.put(room)


def contact():
    answers = None
    for wait, is_mail in ((2 * day, True), (3 * day, False), (5 * day, True)):
        if is_mail and answers is None and rng.random() < 0.12:
            answers = env.now + 1 + int(rng.expovariate(0.6931 / day))
        if not is_mail:
            yield calls.get(1)
        timeout = env.timeout(wait)
        if answers is not None:
            heard = env.timeout(max(0, answers - env.now))
            got = yield heard | timeout
            if heard in got:
                outcomes["answered"] += 1
                return
        else:
            yield timeout
    outcomes["silent"] += 1


def arrivals():
    for _ in range(count):
        env.process(contact())
        yield env.timeout(30 * day / count)


env.process(refill())
env.process(arrivals())
began = time.perf_counter(), time.process_time()
env.run(until=60 * day)
wall, processor = time.perf_counter() - began[0], time.process_time() - began[1]
print(json.dumps({
    "simpy": simpy.__version__, "contacts": count, "contacts_per_s": int(count / wall),
    "contacts_per_processor_second": int(count / processor), **outcomes}))

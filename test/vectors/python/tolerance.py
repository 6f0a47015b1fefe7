"""The tolerance class: docs/protocol/tolerance.md."""
import math

from floats import f32, floats, hex_of, square, tree_sum
from hashing import digest, tagged


def seals(case):
    it = case["seal"]
    where = [it[name] for name in ("contract", "run", "round", "seat", "segment", "auditor")]
    hidden = digest(tagged("cw/tolerance-secret/1", case["secret"]))
    return {
        "seal": digest(tagged("cw/tolerance-seal/1", *where, it["own"], it["salt"])),
        "hidden": hidden,
        "salt": tagged("cw/tolerance-salt/1", hidden, case["realRoot"]).hex(),
        "planted": [leaf for leaf in range(1, case["segments"]) if planted(case, leaf)],
    }


def planted(case, leaf):
    drawn = tagged("cw/tolerance-decoy/1", case["secret"], case["round"], leaf)
    return int.from_bytes(drawn[:6], "big") % 10000 < case["shareBps"]


def distances(case):
    start, worker, auditor = (parts(case[name]) for name in ("start", "worker", "auditor"))
    far = [
        apart(minus(worker[0], start[0]), minus(auditor[0], start[0])),
        apart(worker[1], auditor[1]),
        apart(roots(worker[2]), roots(auditor[2])),
        apart(step(worker), step(auditor)),
    ]
    tolerance = case["toleranceBillionths"]
    residual = min(10**12, math.ceil(max(far) * 1e9))
    size = length(minus(auditor[0], start[0]))
    nothing = residual > tolerance or size == 0
    u = [0.0 if nothing else one / size for one in minus(worker[0], auditor[0])]
    before = None if case["before"] is None else floats(case["before"])
    reach = 0.0 if before is None else length(before)
    reach_max = case["window"] * tolerance / 1e9
    scale = reach_max / reach if reach > reach_max else 1.0
    along = 0
    if reach > 0:
        along = math.trunc(tree_sum([a * b for a, b in zip(u, before)]) / reach * 1e9)
    added = [f32(scale * a + b) for a, b in zip(before or [0.0] * len(u), u)]
    return {
        "residualBillionths": residual,
        "alongBillionths": along,
        "sum": hex_of(added),
    }


def parts(state):
    return [floats(state[name]) for name in ("params", "firstMoment", "secondMoment")]


def minus(a, b):
    return [x - y for x, y in zip(a, b)]


def roots(values):
    return [math.sqrt(value) for value in values]


def step(state):
    return [m / (math.sqrt(v) + 1e-8) for m, v in zip(state[1], state[2])]


def length(values):
    return math.sqrt(tree_sum([square(value) for value in values]))


def apart(a, b):
    difference, size = length(minus(a, b)), length(b)
    if difference == 0:
        return 0.0
    return 1000.0 if size == 0 else difference / size

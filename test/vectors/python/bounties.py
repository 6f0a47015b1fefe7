"""Bounties: docs/protocol/bounties.md."""
from fractions import Fraction

import hashing


def seals(it):
    where = [it["contract"], it["bounty"], it["account"], it["salt"]]
    return {
        "batch": hashing.digest(hashing.tagged("cw/bounty-batch/1", *where, *it["items"])),
        "votes": hashing.digest(hashing.tagged("cw/bounty-votes/1", *where, it["batch"], it["votes"])),
    }


def panel(it):
    """By a list of all, where ours remembers only what moved."""
    seed = hashing.tagged("cw/bounty-panel/1", bytes.fromhex(it["seed"]), it["batch"])
    places = list(range(it["of"]))
    drawn = []
    for i in range(it["size"]):
        last = it["of"] - 1 - i
        place = hashing.draw_below(seed, i, last + 1)
        drawn.append(places[place])
        places[place] = places[last]
    return drawn


def agreement(items):
    """From the definition, in fractions: pairs within items against pairs of all votes."""
    counted = [(yes, no) for yes, no in items if yes + no >= 2]
    yes = sum(item[0] for item in counted)
    no = sum(item[1] for item in counted)
    if yes * no == 0:
        return None
    observed = sum(Fraction(y * z, y + z - 1) for y, z in counted)
    alpha = 1 - (yes + no - 1) * observed / (yes * no)
    return (alpha * 10000).__floor__()


def shares(accepted):
    total = sum(accepted)
    if total == 0:
        return [0] * len(accepted)
    exact = [Fraction(10000 * count, total) for count in accepted]
    out = [share.__floor__() for share in exact]
    order = sorted(range(len(accepted)), key=lambda i: (out[i] - exact[i], i))
    for i in order[: 10000 - sum(out)]:
        out[i] += 1
    return out

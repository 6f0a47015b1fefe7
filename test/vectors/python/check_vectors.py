#!/usr/bin/env python3
"""Checks the vectors in the folder above with an implementation of its own.

It is written from the specification (docs/protocol) and the standard library alone, so that an
error which the TypeScript code makes in the same way twice is seen here. `python3
check_vectors.py` prints one line for each topic and ends with 1 at the first difference.
"""
import json
import pathlib
import sys

import bounties
import exchange
import hashing
import runs
import tolerance
import training

FOLDER = pathlib.Path(__file__).resolve().parent.parent
TOPICS = {
    "tagged-hash": hashing.tagged_hash,
    "canonical-json": hashing.canonical_json,
    "commitment": hashing.commitment,
    "outcome-leaf": hashing.outcome_leaf,
    "trace": hashing.trace,
    "merkle-tree": hashing.merkle_tree,
    "draw": hashing.draw,
    "seat-lottery": hashing.seat_lottery,
    "bounty-seals": bounties.seals,
    "bounty-panel": bounties.panel,
    "bounty-agreement": bounties.agreement,
    "bounty-shares": bounties.shares,
    "tolerance-seals": tolerance.seals,
    "distances": tolerance.distances,
    "random-blocks": training.random_blocks,
    "permutation": training.permutation,
    "slices": training.slices,
    "learning-rates": training.learning_rates,
    "bias-corrections": training.bias_corrections,
    "initial-params": training.initial_params,
    "updates": exchange.updates,
    "aggregate": exchange.aggregate,
    "outer-step": exchange.outer_step,
    "run-spec": runs.run_spec,
    "budget": runs.budget,
}


def main() -> int:
    for name, compute in TOPICS.items():
        cases = json.loads((FOLDER / (name + ".json")).read_text("utf-8"))["cases"]
        for number, case in enumerate(cases):
            output = compute(case["input"])
            if output != case["output"]:
                print("%s: case %d differs\n%s\n%s" % (name, number, output, case["output"]))
                return 1
        print("%s: %d cases" % (name, len(cases)))
    cases = json.loads((FOLDER / "run.json").read_text("utf-8"))["cases"]
    for case in cases:
        runs.check_run(case["input"], case["output"])
    print("run: %d log checked" % len(cases))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Terms, budgets and logs: docs/protocol/run.md."""
import json

from hashing import canonical, commitment, digest, sha256


def run_spec(case):
    spec = json.loads(json.dumps(case["spec"]), parse_int=float)
    text = canonical(spec)
    inner, raw_spec = case["spec"]["inner"], case["spec"]
    per_slice = inner["batchSize"] * inner["stepsPerRound"]
    same = ["program", "fingerprint", "tokenizer", "rounds", "minWorkers", "maxWorkers",
            "maxAuditors", "deadlinesMs", "auditedClaimsBps", "auditsPerClaim",
            "witnesses", "challengeWindowMs", "taintedShareBpsMax", "decoyShareBps",
            "heldBackRounds", "flopsPerRound"]
    terms = {
        **{name: raw_spec[name] for name in same},
        **raw_spec["economics"],
        "spec": digest(sha256(text.encode("utf-8"))),
        "initialRoot": case["initialRoot"],
        "datasets": list(dict.fromkeys(
            [raw_spec["data"]["dataset"], *raw_spec.get("parent", {}).get("datasets", [])])),
        "slicesPerEpoch": raw_spec["data"]["sequences"] // per_slice,
        "segments": inner["segments"],
        "localResetInterval": inner["localResetInterval"],
    }
    return {"canonical": text, "digest": terms["spec"], "terms": terms, **budget({"terms": terms})}


def budget(case):
    """The formulas of docs/protocol/run.md."""
    it = case["terms"]
    workers, reward, fee = it["maxWorkers"], int(it["rewardYocto"]), int(it["auditFeeYocto"])
    price, audits = 10 ** 19, it["auditsPerClaim"]
    fee = max(fee, 1600 * price)
    seats = min(64, 2 * (workers + it["maxAuditors"]))
    record = 1000 + workers * (900 + 80 * audits)
    stored = 12340 + workers * (600 + 600 * audits) + 128 * 640
    stored += 640 * len(it["dataShares"]) + seats * 8220 + it["rounds"] * record + (it["rounds"] + 64) * 700
    cancelled = workers * audits * fee + (record + 1600) * price
    share = it["decoyShareBps"]
    decoys = seats - (-it["rounds"] * workers * share // 10_000) if share else 0
    paid = decoys * int(it["decoyFeeYocto"]) + it["rounds"] * workers * (reward + audits * fee) + (4 + it["earnedStakeSeatsMax"]) * cancelled
    relayed = it["rounds"] * it["relayedCallsPerRound"] * (workers + it["maxAuditors"])
    paid += relayed * int(it["relayFeeYocto"]) + it["rounds"] * int(it["dataRewardYocto"])
    return {
        "escrowNeededYocto": str(paid + stored * price),
        "stakeNeededYocto": str(2 * cancelled),
    }


def check_run(case, output):
    """Not the rules again, but what anybody can check of a log: openings, heads, money."""
    commitments, head, buckets = {}, None, {}
    for step, result in zip(case["commands"], output):
        command = step["command"]
        if "refused" in result:
            continue
        kind = command["kind"]
        if kind == "commit":
            commitments[command["account"], command["round"]] = command["commitment"]
        if kind == "reveal":
            opened = commitment({**command, "contract": "dao.test", "run": 1})
            assert opened == commitments[command["account"], command["round"]], command
        for text in result["records"]:
            record = json.loads(text)
            assert record["previous"] == head, record
            assert canonical(json.loads(text, parse_int=float)) == text, text
            head = digest(sha256(text.encode()))
        assert result["logHead"] == head, result
        came_in = int(command["depositYocto"]) if kind == "enrol" else 0
        moved = {bucket: int(yocto) for bucket, yocto in result["moves"].items()}
        assert sum(moved.values()) == came_in, moved
        for bucket, yocto in moved.items():
            buckets[bucket] = buckets.get(bucket, 0) + yocto
        credited = sum(int(yocto) for yocto in result["credits"].values())
        assert credited == moved.get("ledgers", 0), result
    for bucket in ["stakes", "heldBack", "slashed"]:
        assert buckets.get(bucket, 0) == 0, buckets

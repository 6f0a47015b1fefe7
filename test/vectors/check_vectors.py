#!/usr/bin/env python3
"""Checks the vectors beside this file with an implementation of its own.

It is written from the specification (docs/protocol) and the standard library alone, so that an
error which the TypeScript code makes in the same way twice is seen here. `python3
check_vectors.py` prints one line for each topic and ends with 1 at the first difference.
"""
import hashlib
import json
import math
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def digest(raw: bytes) -> str:
    return "sha256:" + raw.hex()


def raw(text: str) -> bytes:
    return bytes.fromhex(text[7:])


# -- encodings ------------------------------------------------------------------------------------


def encode_parts(parts) -> bytes:
    out = b""
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8")
        out += struct.pack("<I", len(data)) + data
    return out


def tagged(tag: str, *parts) -> bytes:
    return sha256(encode_parts([tag, *parts]))


def tagged_hash(case):
    parts = [
        part["text"] if "text" in part
        else int(part["integer"]) if "integer" in part
        else bytes.fromhex(part["hex"])
        for part in case["parts"]
    ]
    encoded = encode_parts([case["tag"], *parts])
    return {"encoded": encoded.hex(), "digest": digest(sha256(encoded))}


def commitment(it):
    names = ["contract", "run", "round", "account", "update", "startRoot", "localIn", "localOut",
             "traceRoot", "salt"]
    return digest(tagged("cw/commit/1", *[it[name] for name in names]))


def outcome_leaf(it):
    return digest(tagged("cw/outcome/2", it["update"], it["localOut"], it["endSnapshot"]))


# -- trees: by the recursion of RFC 6962, where ours goes level by level ---------------------------


def split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def tree(leaves) -> bytes:
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0])
    k = split(len(leaves))
    return sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:]))


def path(leaves, index):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return path(leaves[:k], index) + [tree(leaves[k:])]
    return path(leaves[k:], index - k) + [tree(leaves[:k])]


def trace(case):
    leaves = [raw(leaf) for leaf in case["leaves"]]
    proofs = [[digest(node) for node in path(leaves, i)] for i in range(len(leaves))]
    return {"root": digest(tree(leaves)), "proofs": proofs}


def merkle_tree(case):
    leaves = [bytes.fromhex(leaf) for leaf in case["leaves"]]
    proofs = [[node.hex() for node in path(leaves, i)] for i in range(len(leaves))]
    return {"root": digest(tree(leaves)), "proofs": proofs}


# -- draws ----------------------------------------------------------------------------------------


def draw_below(seed: bytes, n: int, count: int) -> int:
    return int.from_bytes(tagged("cw/draw/1", seed, n)[:6], "big") % count


def draw(case):
    seed = bytes.fromhex(case["seed"])
    drawn = [draw_below(seed, n, count) for n, count in enumerate(case["counts"])]
    entries = list(range(5))
    taken = [entries.pop(draw_below(seed, n, 5 - n)) for n in range(5)]
    return {"drawn": drawn, "taken": taken}


def seat_lottery(case):
    seed = bytes.fromhex(case["seed"])
    order = sorted(case["applicants"], key=lambda it: tagged("cw/seat/1", seed, it["account"]))
    seats = []
    for role, most in [("trainer", case["maxWorkers"]), ("auditor", case["maxAuditors"])]:
        seats += [it["account"] for it in order if it["role"] == role][:most]
    return {"seats": seats}


# -- random numbers and the order of data ---------------------------------------------------------

WORD = 0xFFFFFFFF


def philox(seed: int, stream: int, index: int):
    k0, k1 = seed & WORD, seed >> 32
    c = [index & WORD, index >> 32, stream, 0]
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k0, b & WORD, (a >> 32) ^ c[3] ^ k1, a & WORD]
        k0, k1 = (k0 + 0x9E3779B9) & WORD, (k1 + 0xBB67AE85) & WORD
    return c


def random_blocks(case):
    return {"words": ["%08x" % word for word in philox(case["seed"], case["stream"], case["index"])]}


def permute(count: int, seed: int, epoch: int, index: int) -> int:
    bits = 1
    while 4 ** bits < count:
        bits += 1
    mask = (1 << bits) - 1
    value = index
    while True:
        left, right = value >> bits, value & mask
        for step in range(4):
            word = philox(seed, 0x6F726472, ((epoch * 4 + step) << 16) + right)[0]
            left, right = right, (left ^ word) & mask
        value = (left << bits) | right
        if value < count:
            return value


def permutation(case):
    order = (case["count"], case["seed"], case["epoch"])
    return {"values": [permute(*order, index) for index in case["indices"]]}


def slices(case):
    length, steps, batch = case["contextLength"], case["innerSteps"], case["batchSize"]
    count = (case["tokens"] - 1) // length
    per_epoch = count // (steps * batch)

    def first(number):
        epoch, start = number // per_epoch, number % per_epoch * steps * batch
        places = [[start + step * batch + row for row in range(batch)] for step in range(steps)]
        return [[permute(count, case["seed"], epoch, at) * length for at in row] for row in places]

    return {"sequences": count, "slicesPerEpoch": per_epoch,
            "first": [first(number) for number in case["slices"]]}


# -- floats ---------------------------------------------------------------------------------------


def f32(value: float) -> float:
    return struct.unpack(">f", struct.pack(">f", value))[0]


def floats(text: str):
    data = bytes.fromhex(text)
    return list(struct.unpack(">%df" % (len(data) // 4), data))


def hex_of(values) -> str:
    return struct.pack(">%df" % len(values), *values).hex()


def learning_rates(case):
    it = case["schedule"]
    peak, final, warmup, total = it["peak"], it["final"], it["warmupSteps"], it["totalSteps"]

    def rate(step):
        if step < warmup:
            return peak * (step + 1) / warmup
        if step >= total:
            return float(final)
        return peak - (peak - final) * (step - warmup) / (total - warmup)

    rates = [rate(step) for step in case["steps"]]
    return {"double": [struct.pack(">d", it).hex() for it in rates],
            "single": [hex_of([it]) for it in rates]}


def power(base: float, exponent: int) -> float:
    result, square = 1.0, base
    while exponent > 0:
        if exponent % 2 == 1:
            result *= square
        square *= square
        exponent //= 2
    return result


def bias_corrections(case):
    betas = (case["beta1"], case["beta2"])
    return [[hex_of([1 - power(beta, step)]) for beta in betas] for step in case["steps"]]


def initial_params(case):
    model = case["model"]
    hidden, inner, heads = model["hiddenSize"], model["intermediateSize"], model["heads"]
    kv = hidden // heads * model["kvHeads"]
    shapes = [("model.embed_tokens.weight", [model["vocabSize"], hidden])]
    for layer in range(model["layers"]):
        for name, shape in [
            ("input_layernorm", [hidden]),
            ("self_attn.q_proj", [hidden, hidden]),
            ("self_attn.k_proj", [kv, hidden]),
            ("self_attn.v_proj", [kv, hidden]),
            ("self_attn.o_proj", [hidden, hidden]),
            ("post_attention_layernorm", [hidden]),
            ("mlp.gate_proj", [inner, hidden]),
            ("mlp.up_proj", [inner, hidden]),
            ("mlp.down_proj", [hidden, inner]),
        ]:
            shapes.append(("model.layers.%d.%s.weight" % (layer, name), shape))
    shapes.append(("model.norm.weight", [hidden]))
    if not model["tiedEmbeddings"]:
        shapes.append(("lm_head.weight", [model["vocabSize"], hidden]))
    layout, params, offset = [], [], 0
    for name, shape in shapes:
        layout.append({"name": name, "shape": shape, "offset": offset})
        length = math.prod(shape)
        deviation = 0.02
        if name != "model.embed_tokens.weight" and len(shape) == 2:
            deviation = 1 / math.sqrt(shape[1])
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                deviation = deviation / math.sqrt(2 * model["layers"])
        for i in range(offset, offset + length):
            words = philox(case["seed"], 0x77656967, i)
            draws = sum((word >> shift) & 1023 for word in words for shift in (0, 10, 20))
            normal = (draws - 12 * 511.5) / math.sqrt(1024 * 1024 - 1)
            params.append(1.0 if len(shape) == 1 else f32(normal * deviation))
        offset += length
    return {"layout": layout, "params": hex_of(params)}


# -- updates --------------------------------------------------------------------------------------


def tree_sum(values) -> float:
    if len(values) <= 128:
        total = 0.0
        for value in values:
            total += value
        return total
    half = 128
    while half * 2 < len(values):
        half *= 2
    return tree_sum(values[:half]) + tree_sum(values[half:])


def round_half_up(value: float) -> int:
    """As JavaScript rounds: halves towards plus infinity."""
    below = math.floor(value)
    return below + 1 if value - below >= 0.5 else below


def updates(case):
    """The dense codecs; the range-coded stream of sparse ones is left to the TypeScript code."""
    recipe, tensors = case["recipe"], case["tensors"]
    if recipe["kind"] != "diloco":
        return None
    values, length = floats(case["gradient"]), sum(tensors)
    kind, block = (3, 1024) if recipe["codec"] == "int8" else (2, 0)
    header = b"CWUP" + bytes([1, kind, 0, 0])
    header += struct.pack("<IIII", length, len(tensors), block, 0)
    if recipe["codec"] == "fp32":
        return {"bytes": (header + struct.pack("<%df" % length, *values)).hex(),
                "decoded": hex_of(values), "feedback": None}
    magnitudes, levels, decoded = [], [], []
    for start in range(0, length, 1024):
        part = values[start:start + 1024]
        largest = max(abs(value) for value in part)
        if largest < 127 * 2.0 ** -126:
            largest = 0.0
        magnitudes.append(largest)
        for value in part:
            level = round_half_up(127 * value / largest) if largest > 0 else 0
            levels.append(level)
            decoded.append(f32(level * largest / 127))
    body = struct.pack("<%df" % len(magnitudes), *magnitudes)
    body += struct.pack("<%db" % length, *levels)
    return {"bytes": (header + body).hex(), "decoded": hex_of(decoded), "feedback": None}


def aggregate(case):
    vectors, rule = [floats(text) for text in case["updates"]], case["rule"]
    count, length = len(vectors), len(vectors[0])
    if rule["kind"] == "trimmed-mean":
        trimmed = count * rule["trimBps"] // 10_000
        mean = []
        for j in range(length):
            column = sorted((vector[j] for vector in vectors),
                            key=lambda value: (value, math.copysign(1, value)))
            total = 0.0
            for value in column[trimmed:count - trimmed]:
                total += value
            mean.append(f32(total / (count - 2 * trimmed)))
        return hex_of(mean)
    norms = [math.sqrt(tree_sum([value * value for value in vector])) for vector in vectors]
    limit = sorted(norms)[(count - 1) // 2]
    total = [0.0] * length
    for vector, norm in zip(vectors, norms):
        scale = limit / norm if norm > limit else 1.0
        for j, value in enumerate(vector):
            total[j] += scale * value
    return hex_of([f32(value / count) for value in total])


def outer_step(case):
    params, mean, recipe = floats(case["params"]), floats(case["mean"]), case["recipe"]
    rate = recipe["learningRate"]
    if recipe["kind"] == "sparseloco":
        stepped = [f32(value - rate * g) for value, g in zip(params, mean)]
        return {"params": hex_of(stepped), "momentum": None}
    decay = recipe["momentum"]
    moved = [f32(decay * m + g) for m, g in zip(floats(case["momentum"]), mean)]
    stepped = [f32(value - rate * (g + decay * m)) for value, g, m in zip(params, mean, moved)]
    return {"params": hex_of(stepped), "momentum": hex_of(moved)}


# -- a run ----------------------------------------------------------------------------------------


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
            canonical = json.dumps(record, sort_keys=True, separators=(",", ":"))
            assert canonical == text, text
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


# -- all of them ----------------------------------------------------------------------------------

TOPICS = {
    "tagged-hash": tagged_hash,
    "commitment": commitment,
    "outcome-leaf": outcome_leaf,
    "trace": trace,
    "merkle-tree": merkle_tree,
    "draw": draw,
    "seat-lottery": seat_lottery,
    "random-blocks": random_blocks,
    "permutation": permutation,
    "slices": slices,
    "learning-rates": learning_rates,
    "bias-corrections": bias_corrections,
    "initial-params": initial_params,
    "updates": updates,
    "aggregate": aggregate,
    "outer-step": outer_step,
}


def main() -> int:
    for name, compute in TOPICS.items():
        cases = json.loads((HERE / (name + ".json")).read_text("utf-8"))["cases"]
        checked = 0
        for number, case in enumerate(cases):
            output = compute(case["input"])
            if output is None:
                continue
            checked += 1
            if output != case["output"]:
                print("%s: case %d differs\n%s\n%s" % (name, number, output, case["output"]))
                return 1
        print("%s: %d cases" % (name, checked))
    cases = json.loads((HERE / "run.json").read_text("utf-8"))["cases"]
    for case in cases:
        check_run(case["input"], case["output"])
    print("run: %d log checked" % len(cases))
    return 0


if __name__ == "__main__":
    sys.exit(main())

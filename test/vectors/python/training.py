"""What each worker computes alone: docs/protocol/artefacts.md."""
import math
import struct

from floats import f32, hex_of


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


def risen(t: float) -> float:
    if t > 0.5:
        return 1 - risen(1 - t)
    angle = math.pi * t / 2
    total, term = 0.0, angle
    for i in range(13):
        total += term
        term *= -(angle * angle) / ((2 * i + 2) * (2 * i + 3))
    return total * total


def learning_rates(case):
    it = case["schedule"]
    peak, final, warmup, total = it["peak"], it["final"], it["warmupSteps"], it["totalSteps"]

    def rate(step):
        if step < warmup:
            return peak * (step + 1) / warmup
        if step >= total:
            return float(final)
        if it["kind"] == "warmup-cosine":
            return peak - (peak - final) * risen((step - warmup) / (total - warmup))
        if it["kind"] == "warmup-stable-decay":
            decay = it["decaySteps"]
            decayed = step - (total - decay)
            return float(peak) if decayed <= 0 else peak - (peak - final) * decayed / decay
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

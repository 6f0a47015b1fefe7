"""Updates as bytes, their mean, the outer step: docs/protocol/artefacts.md."""
import math
import struct

from floats import f32, floats, hex_of, round_half_up, square, tree_sum


def header(case, kind: int, first: int, second: int) -> bytes:
    tensors = case["tensors"]
    sizes = struct.pack("<IIII", sum(tensors), len(tensors), first, second)
    return b"CWUP" + bytes([1, kind, 0, 0]) + sizes


def updates(case):
    recipe = case["recipe"]
    if recipe["kind"] == "sparseloco":
        return sparse_update(case)
    return int8_update(case) if recipe["codec"] == "int8" else fp32_update(case)


def fp32_update(case):
    values = floats(case["gradient"])
    body = struct.pack("<%df" % len(values), *values)
    return {"bytes": (header(case, 2, 0, 0) + body).hex(), "decoded": hex_of(values),
            "feedback": None}


def int8_update(case):
    values = floats(case["gradient"])
    magnitudes, levels, decoded = [], [], []
    for start in range(0, len(values), 1024):
        part = values[start:start + 1024]
        largest = max(abs(value) for value in part)
        if largest < 127 * 2.0 ** -126:
            largest = 0.0
        magnitudes.append(largest)
        for value in part:
            level = round_half_up(127 * value / largest) if largest > 0 else 0
            levels.append(level)
            decoded.append(f32(level * largest / 127) + 0.0)
    body = struct.pack("<%df" % len(magnitudes), *magnitudes)
    body += struct.pack("<%db" % len(values), *levels)
    return {"bytes": (header(case, 3, 1024, 0) + body).hex(), "decoded": hex_of(decoded),
            "feedback": None}


def sparse_update(case):
    recipe, gradient = case["recipe"], floats(case["gradient"])
    before = floats(case["feedback"]) if case["feedback"] else [0.0] * len(gradient)
    values = [f32(recipe["feedbackDecay"] * e + g) for e, g in zip(before, gradient)]
    chunks = []
    for start in range(0, len(values), recipe["chunk"]):
        places = range(start, min(start + recipe["chunk"], len(values)))
        kept = -(-recipe["k"] * len(places) // recipe["chunk"])
        largest = sorted(places, key=lambda at: (-abs(values[at]), at))[:kept]
        chunks.append((start, sorted(largest)))
    positions = [at for _, part in chunks for at in part]
    codes, books, decoded, end = {}, b"", [0.0] * len(values), 0
    for length in case["tensors"]:
        start, end = end, end + length
        mine = [at for at in positions if start <= at < end]
        if not mine:
            continue
        mean = tree_sum([values[at] for at in mine]) / len(mine)
        variance = tree_sum([square(values[at] - mean) for at in mine]) / len(mine)
        scale = 6 * math.sqrt(variance) / 4
        for at in mine:
            code = round_half_up((values[at] - mean) / scale + 2) if scale else 2
            codes[at] = min(3, max(0, code))
        for code in range(4):
            members = [values[at] for at in mine if codes[at] == code]
            if members:
                entry = f32(tree_sum(members) / len(members)) + 0.0
                books += struct.pack("<f", entry)
                for at in mine:
                    if codes[at] == code:
                        decoded[at] = entry
    stream = sparse_stream(chunks, codes)
    feedback = list(values)
    for at in positions:
        feedback[at] = f32(values[at] - decoded[at])
    data = header(case, 1, recipe["chunk"], recipe["k"])
    data += struct.pack("<I", len(stream)) + stream + books
    return {"bytes": data.hex(), "decoded": hex_of(decoded), "feedback": hex_of(feedback)}


def sparse_stream(chunks, codes) -> bytes:
    coder, width_model, leading_model, code_model = Coder(), {}, {}, {}
    before = 0
    for start, positions in chunks:
        expected = start
        for at in positions:
            value = at - expected + 1
            expected = at + 1
            width = value.bit_length() - 1
            node = 1
            for shift in range(4, -1, -1):
                bit = width >> shift & 1
                coder.adaptive(width_model, node, bit)
                node = 2 * node + bit
            leading = min(width, 3)
            node = 1
            for shift in range(width - 1, width - leading - 1, -1):
                bit = value >> shift & 1
                coder.adaptive(leading_model, 8 * width + node, bit)
                node = 2 * node + bit
            rest = width - leading
            if rest > 0:
                coder.plain(value & ((1 << rest) - 1), rest)
            high, low = codes[at] >> 1, codes[at] & 1
            coder.adaptive(code_model, 3 * before, high)
            coder.adaptive(code_model, 3 * before + 1 + high, low)
            before = codes[at]
    return coder.finish()


class Coder:
    """The range coder with one big integer in place of carries: the same number, all at once."""

    def __init__(self):
        self.low, self.range, self.shifts = 0, 2 ** 32 - 1, 0

    def adaptive(self, model, context, bit):
        probability, seen = model.get(context, (32768, 0))
        bound = (self.range >> 12) * (probability >> 4)
        if bit:
            self.low += bound
            self.range -= bound
        else:
            self.range = bound
        probability += math.trunc(((0 if bit else 65536) - probability) / (seen + 1.5))
        model[context] = (min(65504, max(32, probability)), min(160, seen + 1))
        self.normalise()

    def plain(self, value, count):
        self.range >>= count
        self.low += value * self.range
        self.normalise()

    def normalise(self):
        while self.range < 2 ** 24:
            self.range = self.range * 256 % 2 ** 32
            self.low *= 256
            self.shifts += 1

    def finish(self) -> bytes:
        """All digits of low, of which there are as many as shifts and four more."""
        return self.low.to_bytes(self.shifts + 4, "big")


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
    if rule["kind"] == "centred-clipping":
        centre = [0.0] * length
        for _ in range(rule["iterations"]):
            apart = [[value - c for value, c in zip(vector, centre)] for vector in vectors]
            norms = [math.sqrt(tree_sum([value * value for value in vector])) for vector in apart]
            limit = sorted(norms)[(count - 1) // 2]
            total = [0.0] * length
            for vector, norm in zip(apart, norms):
                scale = limit / norm if norm > limit else 1.0
                for j, value in enumerate(vector):
                    total[j] += scale * value
            centre = [c + value / count for c, value in zip(centre, total)]
        return hex_of([f32(value) for value in centre])
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

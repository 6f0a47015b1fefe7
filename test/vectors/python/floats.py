"""Float32 in a language that has float64, and sums in a fixed order."""
import math
import struct


def f32(value: float) -> float:
    return struct.unpack(">f", struct.pack(">f", value))[0]


def floats(text: str):
    data = bytes.fromhex(text)
    return list(struct.unpack(">%df" % (len(data) // 4), data))


def hex_of(values) -> str:
    return struct.pack(">%df" % len(values), *values).hex()


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


def square(value: float) -> float:
    return value * value


def round_half_up(value: float) -> int:
    """As JavaScript rounds: halves towards plus infinity."""
    below = math.floor(value)
    return below + 1 if value - below >= 0.5 else below

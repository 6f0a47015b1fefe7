"""Encodings, hashes, trees and draws: docs/protocol/encodings.md."""
import hashlib
import json
import struct


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def digest(raw: bytes) -> str:
    return "sha256:" + raw.hex()


def raw(text: str) -> bytes:
    return bytes.fromhex(text[7:])


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


def number(value: float) -> str:
    """As ECMAScript prints it, from the shortest digits that read back as the same number."""
    if value == 0:
        return "0"
    mantissa, exponent = repr(value), 0
    if "e" in mantissa:
        mantissa, power_of_ten = mantissa.split("e")
        exponent = int(power_of_ten)
    sign, mantissa = ("-", mantissa[1:]) if mantissa[0] == "-" else ("", mantissa)
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + exponent - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    rest = "." + digits[1:] if count > 1 else ""
    return "%s%s%se%+d" % (sign, digits[0], rest, point - 1)


def canonical(value) -> str:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        fields = ["%s:%s" % (canonical(key), canonical(value[key])) for key in keys]
        return "{%s}" % ",".join(fields)
    if isinstance(value, list):
        return "[%s]" % ",".join(canonical(item) for item in value)
    if isinstance(value, float):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


def canonical_json(case):
    text = canonical(json.loads(case["json"], parse_int=float))
    return {"canonical": text, "digest": digest(sha256(text.encode("utf-8")))}


def commitment(it):
    names = ["contract", "run", "round", "account", "update", "startRoot", "localIn", "localOut",
             "traceRoot", "salt"]
    return digest(tagged("cw/commit/1", *[it[name] for name in names]))


def outcome_leaf(it):
    return digest(tagged("cw/outcome/2", it["update"], it["localOut"], it["endSnapshot"]))


# Trees: by the recursion of RFC 6962, where ours goes level by level.


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

"""The peer of test/interop/llama-cpp.ts: llama.cpp's own converter, and the file that it writes.

`unpack ARCHIVE TARGET` takes the converter out of the source archive of llama-cpp-python, which has it
among its sources. `convert CONVERTER FOLDER TARGET` runs it on a model's folder and prints what its
reader finds in the file.
"""
import base64
import importlib.util
import json
import os
import sys
import tarfile


def unpack(archive, target):
    with tarfile.open(archive) as source:
        wanted = [
            one
            for one in source.getmembers()
            if one.isfile() and "/vendor/llama.cpp/" in one.name
            and (one.name.endswith("/convert_hf_to_gguf.py") or "/gguf-py/gguf/" in one.name)
        ]
        for one in wanted:
            one.name = one.name.split("/vendor/llama.cpp/", 1)[1]
        source.extractall(target, members=wanted)


def load(converter):
    import torch

    # Types that the torch of Debian's package does not have; they are listed there, and not used here.
    for name in ("float8_e4m3fn", "float8_e5m2", "uint16", "uint32", "uint64"):
        if not hasattr(torch, name):
            setattr(torch, name, torch.uint8)
    sys.path.insert(0, os.path.dirname(converter))
    spec = importlib.util.spec_from_file_location("converter", converter)
    module = importlib.util.module_from_spec(spec)
    sys.modules["converter"] = module
    spec.loader.exec_module(module)
    return module


def convert(converter, folder, target):
    module = load(converter)
    refused = False
    told = module.Model.get_vocab_base_pre

    def pre(self, tokenizer):
        """It knows tokenizers by a hash of what they do, and asks to be told of any other: ours splits
        text as GPT-2's does."""
        nonlocal refused
        try:
            return told(self, tokenizer)
        except NotImplementedError:
            refused = True
            return "gpt-2"

    module.Model.get_vocab_base_pre = pre
    sys.argv = [converter, folder, "--outtype", "f32", "--outfile", target]
    module.main()
    print(json.dumps({"had_to_be_told": refused, **read(module.gguf, target)}))


def read(gguf, target):
    reader = gguf.GGUFReader(target)
    text = gguf.GGUFValueType.STRING

    def value(field):
        parts = [field.parts[i] for i in field.data]
        if field.types[-1] == text:
            found = [bytes(part).decode("utf-8") for part in parts]
        else:
            found = [part.tolist()[0] for part in parts]
        return found if len(field.types) > 1 else found[0]

    return {
        "fields": {name: value(field) for name, field in reader.fields.items()},
        "tensors": {
            one.name: {
                "shape": [int(size) for size in one.data.shape],
                "bytes": base64.b64encode(one.data.tobytes()).decode("ascii"),
            }
            for one in reader.tensors
        },
    }


if __name__ == "__main__":
    {"unpack": unpack, "convert": convert}[sys.argv[1]](*sys.argv[2:])

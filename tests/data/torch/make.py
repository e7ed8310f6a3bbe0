#!/usr/bin/env python3
"""Writes the torch files of tests/unit/import/test_torch.c beside itself: python3 make.py (needs torch, safetensors).

good-*.pt all hold the tensors of expected.safetensors; bad-*.pt must be refused.
"""
import collections, io, os, pickle, struct, zipfile
from argparse import Namespace

import torch
from safetensors.torch import save_file

os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.manual_seed(1)


def tensors():
    base = torch.arange(24.0)
    d = collections.OrderedDict()
    d["plain.weight"] = base[:12].reshape(3, 4).clone()
    d["column.weight"] = torch.arange(40.0).reshape(8, 5).t()  # column-major
    d["tied.weight"] = d["plain.weight"]
    d["part"] = base[5:11]
    d["every_third"] = base[1::3]
    d["permuted"] = base.reshape(2, 3, 4).permute(2, 0, 1)
    d["deep"] = torch.arange(2.0 * 3 * 18 * 20).reshape(2, 18, 3, 20).permute(0, 2, 3, 1)
    d["repeated"] = torch.tensor([[1.0], [2.0]]).expand(2, 3)
    d["half"] = torch.tensor([1.5, -2.0, 65504.0], dtype=torch.float16)
    d["brain"] = torch.tensor([[1.0, 3.0e38], [-2.5, 0.0]], dtype=torch.bfloat16).t()
    d["double"] = torch.tensor([1e-300, 1.0], dtype=torch.float64)
    d["ids"] = torch.arange(7).expand((1, -1))
    d["count"] = torch.tensor(12345678901)
    d["small"] = torch.tensor([-3, 4], dtype=torch.int8)
    d["short"] = torch.tensor([-300, 400], dtype=torch.int16)
    d["int"] = torch.tensor([-70000, 7], dtype=torch.int32)
    d["byte"] = torch.tensor([0, 255], dtype=torch.uint8)
    d["flag"] = torch.tensor([[True], [False]])
    d["empty"] = torch.zeros(0, 5)
    return d


def good():
    d = tensors()
    save_file({k: v.contiguous().clone() for k, v in d.items()}, "expected.safetensors")
    torch.save(d, "good-archive.pt")
    for protocol in (4, 5):
        torch.save(dict(d), f"good-protocol{protocol}.pt", pickle_protocol=protocol)
    torch.save(d, "good-legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(dict(d), "good-legacy4.pt", _use_new_zipfile_serialization=False, pickle_protocol=4)
    torch.save({k: torch.nn.Parameter(v, False) for k, v in d.items()}, "good-parameters.pt")
    torch.save({"epoch": 3, "model": d, "best": torch.tensor(0.5), "names": {"a", "b"}, "none": None}, "good-model.pt")
    settings = Namespace(lr=1e-3, path=[1, -2, 300, 70000, 1 << 40, -(1 << 70)], nested={"x": (1, 2, 3, 4)},
                         raw=b"\0\1")
    torch.save({"epoch": 1, "global_step": 10, "pytorch-lightning_version": "1.6", "state_dict": d, "callbacks": {},
                "optimizer_states": [{"state": {0: {"step": torch.tensor(1.0)}}}], "hyper_parameters": settings,
                "size": d["plain.weight"].shape, "dtype": torch.bfloat16, "device": torch.device("cpu")},
               "good-lightning.ckpt.pt")
    extra = collections.OrderedDict(d)
    extra["head._extra_state"] = io.BytesIO(b"abc")
    torch.save(extra, "good-extra.pt")
    torch.serialization.set_crc32_options(False)
    torch.save(d, "good-nocrc.pt")
    torch.serialization.set_crc32_options(True)
    zip64("good-archive.pt", "good-zip64.pt")


def zip64(source, target):
    """The same with every number of the directory in ZIP64 fields."""
    z, out, directory = zipfile.ZipFile(source), io.BytesIO(), b""
    for i in z.infolist():
        data, name, at = z.read(i), i.filename.encode(), out.tell()
        out.write(struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 0, 0, 0, i.CRC, 0xffffffff, 0xffffffff, len(name), 20))
        out.write(name)
        out.write(struct.pack("<2H2Q", 1, 16, len(data), len(data)) + data)
        directory += struct.pack("<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, 0, 0, 0, i.CRC, 0xffffffff, 0xffffffff, len(name),
                                 28, 0, 0, 0, 0, 0xffffffff) + name
        directory += struct.pack("<2H3Q", 1, 24, len(data), len(data), at)
    at, n = out.tell(), len(z.infolist())
    out.write(directory)
    end = out.tell()
    out.write(struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, n, n, len(directory), at))
    out.write(struct.pack("<4sIQI", b"PK\6\7", 0, end, 1))
    out.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0))
    open(target, "wb").write(out.getvalue())


# ---- what must be refused ----

FLOATS = b"\0\0\x80\x3f" * 4


def archive(name, data_pkl, storages={"0": FLOATS}, method=zipfile.ZIP_STORED, extra={}):
    with zipfile.ZipFile(f"bad-{name}.pt", "w", method) as z:
        parts = {"archive/data/" + k: v for k, v in storages.items()}
        for path, data in {"archive/data.pkl": data_pkl, **parts, **extra}.items():
            z.writestr(zipfile.ZipInfo(path), data, method)


def text(s):
    return b"X" + struct.pack("<I", len(s)) + s.encode()


def number(n):
    return b"\x8a\x08" + struct.pack("<q", n)


def tensor(offset=0, size=(4,), stride=(1,), count=4, key="0", kind="FloatStorage"):
    def numbers(t):
        return b"(" + b"".join(map(number, t)) + b"t"
    storage = b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + number(count) + b"tQ"
    return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(offset) + numbers(size) + numbers(stride) +
            b"\x89" + b"ccollections\nOrderedDict\n)RtR")


def state(value, before=b""):
    return b"\x80\x02" + before + b"}" + text("w") + value + b"s."


class Evil:
    def __reduce__(self):
        return os.system, ("touch owned",)


def bad():
    archive("ossystem", pickle.dumps({"w": Evil()}, 2))
    archive("ossystem4", pickle.dumps({"w": Evil()}, 4))
    archive("eval", state(b"cbuiltins\neval\n" + text("1") + b"\x85R"))
    archive("inst", state(b"(ios\nsystem\n"))
    archive("hugename", state(b"c" + b"a\x1b" * 4000 + b"\nb\n"))
    archive("opcode", b"\x80\x02\x82\x01.")
    archive("callcall", state(b"cargparse\nNamespace\n)R)R"))
    archive("memo", b"\x80\x02h\x05.")
    archive("memohuge", b"\x80\x02Nr\xff\xff\xff\xff.")
    archive("stack", b"\x80\x02s.")
    archive("mark", b"\x80\x02(s.")
    archive("nomark", b"\x80\x02t.")
    archive("odd", b"\x80\x02}(K\x01u.")
    archive("nostop", b"\x80\x02}")
    archive("text", b"\x80\x02X\xff\xff\xff\xffabc.")
    archive("text8", b"\x80\x04\x8d" + b"\xff" * 8 + b"abc.")
    archive("long", b"\x80\x02\x8b\xff\xff\xff\xffabc.")
    archive("notensors", b"\x80\x02}" + text("a") + b"K\x01s.")
    archive("root", b"\x80\x02K\x01.")
    archive("loop", b"\x80\x02}q\x00" + text("state_dict") + b"h\x00s.")
    archive("storage", state(b"K\x01Q"))
    archive("storageparts", state(b"(" + text("storage") + b"tQ"))
    archive("shortstorage", state(tensor(count=5, size=(5,))))
    archive("longstorage", state(tensor(count=3, size=(3,))))
    archive("hugestorage", state(tensor(count=1 << 62, size=(4,))))
    archive("negativestorage", state(tensor(count=-4)))
    archive("nostorage", state(tensor(key="1")))
    archive("offset", state(tensor(offset=1)))
    archive("offsethuge", state(tensor(offset=(1 << 63) - 1)))
    archive("offsetnegative", state(tensor(offset=-1)))
    archive("shape", state(tensor(size=(5,))))
    archive("shapehuge", state(tensor(size=(1 << 32, 1 << 32), stride=(0, 0))))
    archive("shapewraps", state(tensor(size=(1 << 62,), stride=(4,))))
    archive("shapenegative", state(tensor(size=(-4,))))
    archive("shapedims", state(tensor(size=(1,) * 7, stride=(1,) * 7)))
    archive("stride", state(tensor(stride=(2,))))
    archive("stridenegative", state(tensor(offset=3, stride=(-1,))))
    archive("stridehuge", state(tensor(size=(3,), stride=(1 << 62,))))
    archive("stridedims", state(tensor(stride=(1, 1))))
    archive("repeats", state(tensor(size=(1 << 20, 1 << 20), stride=(0, 0))))
    archive("complex", state(tensor(kind="ComplexFloatStorage")))
    archive("nameless", b"\x80\x02}" + text("") + tensor() + b"s.")
    archive("badname", b"\x80\x02}" + text("a\nb") + tensor() + b"s.")
    archive("zero", b"\x80\x02}" + text("a\0b") + tensor() + b"s.")
    archive("twice", b"\x80\x02}" + text("w") + tensor() + b"s" + text("w") + tensor() + b"s.")
    archive("parameter", state(b"ctorch._utils\n_rebuild_parameter\n(K\x01\x88NtR"))
    archive("noargs", state(b"ctorch._utils\n_rebuild_tensor_v2\n)R"))
    archive("byteorder", state(tensor()), extra={"archive/byteorder": b"big"})
    archive("nopickle", b"", extra={"archive/data.pkl": b""})
    archive("compressed", state(tensor()), {"0": bytes(100000)}, zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile("bad-other.pt", "w") as z:
        z.writestr("readme.txt", "hello")
    z = open("bad-complex.pt", "rb").read().replace(b"ComplexFloatStorage", b"ComplexFloatStoragE")
    open("bad-crc.pt", "wb").write(z)
    overlap()
    repeated_name()
    bombs()


def overlap():
    """Three storages of nearly the whole file each: every member holds those that follow."""
    n, out, directory = 4000, io.BytesIO(), b""
    pickled = b"\x80\x02}" + b"".join(text("w" + k) + tensor(count=n, size=(n,), key=k) + b"s" for k in "012") + b"."
    for name, data, size in [("data.pkl", pickled, len(pickled))] + [("data/" + k, b"", 4 * n) for k in "012"]:
        path, at = b"archive/" + name.encode(), out.tell()
        sizes = struct.pack("<3I2H", 0, size, size, len(path), 0)
        out.write(struct.pack("<4s5H", b"PK\3\4", 20, 0, 0, 0, 0) + sizes + path + data)
        directory += struct.pack("<4s6H", b"PK\1\2", 20, 20, 0, 0, 0, 0) + sizes + struct.pack("<3H2I", 0, 0, 0, 0, at)
        directory += path
    out.write(bytes(4 * n))
    at = out.tell()
    out.write(directory + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 4, 4, len(directory), at, 0))
    open("bad-overlap.pt", "wb").write(out.getvalue())


def repeated_name():
    with zipfile.ZipFile("bad-again.pt", "w") as z:
        for data in (state(tensor()), FLOATS):
            z.writestr(zipfile.ZipInfo("archive/data.pkl"), data)


def bombs():
    # Lists of ten references to the list before: shared, so of no weight; an OrderedDict of a list's pairs, many times
    # over.
    laughs = b"]q\x00"
    for i in range(40):
        laughs += b"](" + b"h" + bytes([i]) + (b"h" + bytes([i])) * 9 + b"eq" + bytes([i + 1])
    archive("laughs", b"\x80\x02" + laughs + b"00.")
    pairs = (b"](" + b"NN\x86" * 300 + b"eq\x00\x85q\x010ccollections\nOrderedDict\nq\x02" +
             b"0(" + b"h\x02h\x01R" * 4000 + b"t.")
    archive("copies", b"\x80\x02" + pairs)
    archive("deep", b"\x80\x02" + b"](" * 3000 + b"e" * 3000 + b".")


good()
bad()

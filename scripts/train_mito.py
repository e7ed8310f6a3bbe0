#!/usr/bin/env python3
"""Train the model `mito`: a masked language model of vertebrate mitochondrial genomes.

    train_mito.py --data DATA --out models/mito.bin --checkpoint CKPT --minutes 200

DATA holds `train_candidates.fa.gz`, circular genomes oriented to the light strand and
rotated to tRNA-Phe, and `split.tsv` with the columns acc, class, group, tag, genus,
split (train or valid, divided by genus) and weight_suggest.  Great apes, man among
them, are refused: the model is meant to score human variants and has not seen the
species' own genome or a close relative's.

The model reads windows of 192 single bases in which 15-25 % and the centre are masked,
and predicts the masked ones.  Matrices are trained by Muon, everything else by AdamW;
the rate is constant and then falls linearly to zero.  The exported weights are their
exponential moving average.  The schedule follows training time (--minutes) or bases
(--bases), whichever is given; a run that is stopped goes on from its checkpoint, and
the time already spent counts.

    train_mito.py --data DATA --init mito.bin --validate         cross-entropy on held-out genera
    train_mito.py --export-only --checkpoint CKPT --out mito.bin     a checkpoint to a container
    train_mito.py --export-only --data DATA --init X --bases-seen N --out mito.bin      or weights

Needs PyTorch and NumPy; with a C++ compiler it runs more than twice as fast.
"""
import argparse
import csv
import gzip
import hashlib
import json
import os
import signal
import struct
import sys
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn

BASES = "ACGT"
UNKNOWN, MASK = 4, 5
WINDOW = 192
MASK_RATE = 0.15, 0.25
SELECTED = int(WINDOW * MASK_RATE[1])  # rows of a window that the last layer computes
CONFIG = {
    "vocab": 6, "dim": 256, "layers": 4, "heads": 4, "ffn": 1024,
    "norm": "rms", "norm_place": "pre", "norm_eps": 1e-5, "norm_bias": False,
    "position": "rotary", "rotary": "half", "rotary_base": 1000,
    "act": "relu2", "gated": False, "attn_bias": False, "ffn_bias": False,
    "stem_kernel": 9, "stem_pad": UNKNOWN, "embed_norm": False, "final_norm": True,
    "head": "linear", "head_bias": True, "head_vocab": 4,
}
TOKENIZER = {"kind": "base", "vocab": [*"ACGTN", "[MASK]"], "unk": UNKNOWN, "mask": MASK}
RECIPE = {"mode": "mlm", "window": WINDOW, "strands": "fwd", "mask_rate": MASK_RATE[1],
          "visible": False, "scope": "mitochondrial"}
GREAT_APES = {"Homo", "Pan", "Gorilla", "Pongo"}
QUICK, FULL = 256, 1024  # validation windows during training, and at the end


# ---------------------------------------------------------------- the model

class Stem(nn.Module):
    """A convolution over one-hot tokens: the sum of one table row per tap."""

    def __init__(self, c):
        super().__init__()
        self.taps, self.vocab, self.pad = c["stem_kernel"], c["vocab"], c["stem_pad"]
        self.weight = nn.Parameter(torch.randn(self.taps, self.vocab, c["dim"]) * 0.02)

    def forward(self, tokens):
        half = self.taps // 2
        padded = F.pad(tokens, (half, half), value=self.pad)
        taps = padded.unfold(1, self.taps, 1)
        one_hot = (taps[..., None] == torch.arange(self.vocab)).to(torch.float32)
        return (one_hot.flatten(2) @ self.weight.flatten(0, 1)).float()


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        d = c["dim"]
        self.heads = c["heads"]
        self.norm1 = nn.RMSNorm(d, eps=c["norm_eps"])
        self.q, self.k, self.v, self.o = (nn.Linear(d, d, bias=False) for _ in range(4))
        self.norm2 = nn.RMSNorm(d, eps=c["norm_eps"])
        self.up = nn.Linear(d, c["ffn"], bias=False)
        self.down = nn.Linear(c["ffn"], d, bias=False)

    def forward(self, x, angles, rows=None):
        """All positions attend; with `rows` [batch, n] only those are computed further."""
        batch, length, d = x.shape
        fused = torch.cat([self.q.weight, self.k.weight, self.v.weight])
        qkv = F.linear(self.norm1(x), fused).view(batch, length, 3, self.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        q, k = rotate(q, *angles), rotate(k, *angles)
        if rows is not None:
            q = q.gather(2, rows[:, None, :, None].expand(-1, self.heads, -1, q.shape[-1]))
            x = x.gather(1, rows[:, :, None].expand(-1, -1, d))
        scores = q @ k.transpose(2, 3) * q.shape[-1] ** -0.5
        mixed = scores.softmax(-1).to(v.dtype) @ v
        x = x + self.o(mixed.transpose(1, 2).flatten(2))
        return x + self.down(F.relu(self.up(self.norm2(x))).square())


def rotate(x, cos, sin):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1).to(x.dtype)


class Mito(nn.Module):
    def __init__(self, c=CONFIG):
        super().__init__()
        self.stem = Stem(c)
        self.layers = nn.ModuleList(Layer(c) for _ in range(c["layers"]))
        self.norm = nn.RMSNorm(c["dim"], eps=c["norm_eps"])
        self.head = nn.Linear(c["dim"], c["head_vocab"])
        size = c["dim"] // c["heads"]
        rates = c["rotary_base"] ** (-torch.arange(0, size, 2) / size)
        angles = torch.outer(torch.arange(WINDOW), rates)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, tokens, rows=None):
        """Logits over A C G T at all positions, or at `rows` [batch, n]."""
        x = self.stem(tokens)
        angles = self.cos, self.sin
        for layer in self.layers[:-1]:
            x = layer(x, angles)
        return self.head(self.norm(self.layers[-1](x, angles, rows)))


def masked_loss(model, tokens, rows, target, weight):
    """Mean cross-entropy over the masked bases; computed in bfloat16."""
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(tokens, rows)
    loss = F.cross_entropy(logits.float().flatten(0, 1), target.flatten(), reduction="none")
    return (loss * weight.flatten()).sum() / weight.sum()


# ---------------------------------------------------------------- data

class Genomes:
    """Circular genomes; every window may be drawn, each genome by its weight."""

    def __init__(self, sequences, weights):
        codes = np.full(256, UNKNOWN, np.uint8)
        codes[np.frombuffer(BASES.encode(), np.uint8)] = range(4)
        wrapped = [s + s[:WINDOW - 1] for s in sequences]
        self.data = codes[np.frombuffer("".join(wrapped).encode(), np.uint8)]
        self.lengths = np.array([len(s) for s in sequences])
        self.starts = np.cumsum(self.lengths + WINDOW - 1) - (self.lengths + WINDOW - 1)
        self.cumulative = np.cumsum(weights) / np.sum(weights)

    def batch(self, rng, n):
        """Masked tokens [n, WINDOW], the selected rows, their true bases, loss weights.

        The rows are a random choice headed by the centre; of each window's, the first
        15-25 % of the window are masked and count."""
        genome = np.minimum(np.searchsorted(self.cumulative, rng.random(n)),
                            len(self.lengths) - 1)
        start = self.starts[genome] + (rng.random(n) * self.lengths[genome]).astype(int)
        tokens = self.data[start[:, None] + np.arange(WINDOW)].astype(np.int64)
        order = rng.random((n, WINDOW))
        order[:, WINDOW // 2] = -1
        rows = order.argsort(1)[:, :SELECTED]
        low, high = (int(WINDOW * r) for r in MASK_RATE)
        masked = np.arange(SELECTED) < rng.integers(low, high + 1, (n, 1))
        target = np.take_along_axis(tokens, rows, 1)
        weight = (masked & (target != UNKNOWN)).astype(np.float32)
        np.put_along_axis(tokens, rows, np.where(masked, MASK, target), 1)
        target[target == UNKNOWN] = 0
        return tuple(map(torch.from_numpy, (tokens, rows, target, weight)))


def load(folder):
    """The training genomes and the held-out ones: all vertebrates, and the mammals."""
    with open(os.path.join(folder, "split.tsv"), newline="") as f:
        table = list(csv.DictReader(f, delimiter="\t"))
    assert not any(r["genus"] in GREAT_APES or r["tag"] in ("GREAT_APE", "HUMAN")
                   for r in table), "split.tsv names a great ape"
    sequences, parts = {}, None
    with gzip.open(os.path.join(folder, "train_candidates.fa.gz"), "rt") as f:
        for line in f:
            if line[0] == ">":
                parts = sequences.setdefault(line[1:].split()[0], [])
            else:
                parts.append(line.strip().upper())
    sequences = {name: "".join(p) for name, p in sequences.items()}

    def genomes(rows, weighted=False):
        rows = [r for r in rows if r["acc"] in sequences]
        return Genomes([sequences[r["acc"]] for r in rows],
                       [sampling_weight(r) if weighted else 1.0 for r in rows])

    held_out = [r for r in table if r["split"] == "valid"]
    return (genomes([r for r in table if r["split"] == "train"], weighted=True),
            genomes(held_out),
            genomes([r for r in held_out if r["class"] == "Mammals"]))


def sampling_weight(row):
    """The table's (one over the root of the species in the genus, primates twice), with
    mammals four times: 71 % of the windows are mammalian."""
    return float(row["weight_suggest"]) * (4 if row["class"] == "Mammals" else 1)


def validate(loss, held_out, windows):
    """Cross-entropy on the same windows each time."""
    result = []
    for genomes in held_out:
        rng = np.random.default_rng(0)
        with torch.no_grad():
            losses = [loss(*genomes.batch(rng, 32)).item()
                      for _ in range(windows // 32)]
        result.append(sum(losses) / len(losses))
    return result


# ---------------------------------------------------------------- optimiser

def orthogonalise(x, steps=5):
    """Newton-Schulz towards the nearest semi-orthogonal matrices; x [n, rows <= cols]."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = (x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)).bfloat16()
    for _ in range(steps):
        xx = x @ x.mT
        x = a * x + (b * xx + c * xx @ xx) @ x
    return x


class Muon:
    """Momentum orthogonalised per matrix; the processes share the matrices out."""

    def __init__(self, matrices, momentum=0.95, decay=0.05):
        self.momentum, self.decay = momentum, decay
        self.groups = {}
        for p in matrices:
            self.groups.setdefault(tuple(sorted(p.shape)), []).append(p)
        self.buffers = {s: torch.zeros(len(g), *s) for s, g in self.groups.items()}

    def step(self, lr):
        rank, world = dist.get_rank(), dist.get_world_size()
        for shape, group in self.groups.items():
            wide = lambda p, t: t if p.shape == shape else t.mT
            grad = torch.stack([wide(p, p.grad) for p in group])
            buffer = self.buffers[shape].lerp_(grad, 1 - self.momentum)
            update = grad.lerp_(buffer, self.momentum)
            shares = [s.contiguous() for s in update.bfloat16().tensor_split(world)]
            dist.all_gather(shares, orthogonalise(update.tensor_split(world)[rank]))
            for p, u in zip(group, torch.cat(shares)):
                scale = max(1, p.shape[0] / p.shape[1]) ** 0.5
                p.mul_(1 - lr * self.decay).add_(wide(p, u), alpha=-lr * scale)


# ---------------------------------------------------------------- container

def read_container(path):
    """The tensors of a safetensors file as float32."""
    kinds = {"F32": torch.float32, "BF16": torch.bfloat16}
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        data = bytearray(f.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, t in header.items():
        begin, end = t["data_offsets"]
        flat = torch.frombuffer(data[begin:end], dtype=kinds[t["dtype"]])
        tensors[name] = flat.view(t["shape"]).float()
    return tensors


def write_container(path, tensors, card):
    """Write a gscore model: safetensors with canonical names in order, the data at a multiple
    of 64."""
    header, chunks, offset = {}, [], 0
    for name, t in sorted(tensors.items()):
        keep = "norm" in name or name.endswith("bias")
        t = t.detach().contiguous().to(torch.float32 if keep else torch.bfloat16)
        raw = t.view(torch.uint8).numpy().tobytes()
        header[name] = {"dtype": "F32" if keep else "BF16", "shape": list(t.shape),
                        "data_offsets": [offset, offset + len(raw)]}
        chunks.append(raw)
        offset += len(raw)
    data = b"".join(chunks)
    metadata = {"gscore_format": "1", "architecture": "transformer",
                "config": json.dumps(CONFIG), "tokenizer": json.dumps(TOKENIZER),
                "recipe": json.dumps(RECIPE), "card": json.dumps(card),
                "sha256": hashlib.sha256(data).hexdigest()}
    text = json.dumps({"__metadata__": metadata, **header}).encode()
    text += b" " * (-(8 + len(text)) % 64)
    with open(path + ".tmp", "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)
    os.replace(path + ".tmp", path)


def make_card(tensors, bases, validation, note=""):
    vertebrates, mammals = validation
    return {
        "name": "mito",
        "description": "Masked language model of vertebrate mitochondrial genomes: scores "
                       "single-base variants of the human mitochondrial genome by the "
                       "log-likelihood ratio of the alternative to the reference base."
                       + (" " + note if note else ""),
        "source": "trained by this project, scripts/train_mito.py",
        "licence": "MIT",
        "citation": "gscore, model mito",
        "training_data": "5129 vertebrate mitochondrial RefSeq genomes, light strand, "
                         "mammals and primates oversampled; 212 genomes held out by genus; "
                         "no Hominidae; no variant labels.",
        "parameters": sum(t.numel() for t in tensors.values()),
        "tokens_seen": bases,
        "validation": f"masked-base cross-entropy on held-out genera: "
                      f"vertebrates {vertebrates:.3f}, mammals {mammals:.3f} nats",
        "limits": "Research use only, not for diagnosis or clinical decisions. Single-base "
                  "substitutions on the mitochondrial genome's light strand as deposited; "
                  "says nothing about heteroplasmy, haplogroup or nuclear genes.",
    }


# ---------------------------------------------------------------- training

def learning_rate(progress, step, args):
    fall = min(1.0, (1 - progress) / args.decay)
    return max(0.0, fall) * min(1.0, (step + 1) / args.warmup)


def save(path, state):
    torch.save(state, path + ".tmp")
    os.replace(path + ".tmp", path)


def train(rank, args):
    """One of --threads equal processes, each a thread, that average their gradients."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=args.rendezvous, rank=rank,
                            world_size=args.threads)
    torch.manual_seed(args.seed)
    model = Mito()
    if args.init:
        model.load_state_dict(read_container(args.init))
    ema = {n: p.detach().clone() for n, p in model.named_parameters()}
    params = list(model.parameters())
    matrices = [p for n, p in model.named_parameters() if n.startswith("layers") and p.ndim == 2]
    others = [p for p in params if all(p is not m for m in matrices)]
    muon = Muon(matrices)
    adam = torch.optim.AdamW(others, lr=args.adam_lr, betas=(0.9, 0.98), weight_decay=0.0)
    step, bases, spent, since = 0, args.bases_seen, 0.0, 0

    state_path = os.path.join(args.checkpoint, "state.pt")
    if os.path.exists(state_path):
        s = torch.load(state_path, weights_only=True)
        model.load_state_dict(s["model"])
        ema, muon.buffers = s["ema"], s["muon"]
        adam.load_state_dict(s["adam"])
        step, bases, spent = s["step"], s["bases"], s["seconds"]
    first_bases, begun = args.bases_seen, time.time() - spent

    training, *held_out = load(args.data)
    rng = np.random.default_rng([args.seed, rank, step])
    loss_of = masked_loss if args.no_compile else torch.compile(masked_loss)
    average = Mito()
    say = lambda *a: rank == 0 and print(time.strftime("%H:%M:%S"), *a, flush=True)
    say(f"{len(training.lengths)} training genomes, "
        f"{' and '.join(str(len(h.lengths)) for h in held_out)} held out; "
        f"{sum(p.numel() for p in params)} parameters; step {step}, {bases / 1e6:.1f} Mbases")

    def checkpoint(windows):
        average.load_state_dict(ema)
        validation = validate(lambda *b: masked_loss(average, *b), held_out, windows)
        say(f"validation {bases / 1e6:.1f} Mbases: vertebrates {validation[0]:.4f} "
            f"mammals {validation[1]:.4f}")
        save(state_path, {"model": model.state_dict(), "ema": ema, "muon": muon.buffers,
                          "adam": adam.state_dict(), "step": step, "bases": bases,
                          "seconds": time.time() - begun, "validation": validation})

    def progress():
        by_time = (time.time() - begun) / (60 * args.minutes) if args.minutes else 0.0
        by_bases = (bases - first_bases) / args.bases if args.bases else 0.0
        return max(by_time, by_bases)

    last_save = last_say = time.time()
    while True:
        for p in params:
            p.grad = None
        loss = loss_of(model, *training.batch(rng, args.batch // args.threads))
        loss.backward()
        # One sum over the processes carries the gradients, the clock and the loss.
        flat = torch.cat([p.grad.flatten() for p in params]
                         + [torch.tensor([progress(), loss.item()])])
        dist.all_reduce(flat)
        flat /= args.threads
        done, loss = flat[-2:].tolist()
        for p, g in zip(params, flat[:-2].split([p.numel() for p in params])):
            p.grad = g.view_as(p)
        rate = learning_rate(done, since, args)
        with torch.no_grad():
            muon.step(rate * args.muon_lr)
            adam.param_groups[0]["lr"] = rate * args.adam_lr
            adam.step()
            torch._foreach_lerp_(list(ema.values()), [p.data for p in params],
                                 1 - args.ema)
        step, since, bases = step + 1, since + 1, bases + args.batch * WINDOW
        now = time.time()
        if rank == 0 and now - last_say > 60:
            say(f"step {step} {bases / 1e6:.2f} Mbases loss {loss:.4f} rate {rate:.3f} "
                f"progress {done:.3f} "
                f"{(bases - first_bases) / (now - begun) / 1e3:.1f} kbases/s")
            last_say = now
        if rank == 0 and now - last_save > args.save_every:
            checkpoint(QUICK)
            last_save = time.time()
        if done >= 1:
            break
    if rank == 0:
        checkpoint(FULL)
        export_checkpoint(args.checkpoint, args.out, args.note)
    dist.barrier()
    dist.destroy_process_group()


def export(out, tensors, bases, validation, note=""):
    write_container(out, tensors, make_card(tensors, bases, validation, note))
    print("%s: %d bytes, %d bases seen, validation: vertebrates %.4f mammals %.4f"
          % (out, os.path.getsize(out), bases, *validation))


def export_checkpoint(folder, out, note=""):
    s = torch.load(os.path.join(folder, "state.pt"), weights_only=True)
    export(out, s["ema"], s["bases"], s["validation"], note)


def validate_container(path, data):
    model = Mito()
    model.load_state_dict(read_container(path))
    _, *held_out = load(data)
    return validate(lambda *b: masked_loss(model, *b), held_out, FULL)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0],
                                formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--data", help="folder with train_candidates.fa.gz and split.tsv")
    p.add_argument("--init", help="container to start from (default: random weights)")
    p.add_argument("--bases-seen", type=int, default=0, help="by the weights of --init")
    p.add_argument("--out", default="mito.bin", help="container to write at the end")
    p.add_argument("--checkpoint", default="checkpoint", help="folder; an interrupted run resumes")
    p.add_argument("--save-every", type=float, default=300, help="seconds")
    p.add_argument("--minutes", type=float, help="training time")
    p.add_argument("--bases", type=float, help="bases to train on, beside or instead of --minutes")
    p.add_argument("--threads", type=int, default=2, help="processes of one thread each")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--batch", type=int, default=64, help="windows a step")
    p.add_argument("--muon-lr", type=float, default=0.02)
    p.add_argument("--adam-lr", type=float, default=0.003)
    p.add_argument("--warmup", type=int, default=50, help="steps")
    p.add_argument("--decay", type=float, default=0.4, help="last part in which the rate falls")
    p.add_argument("--ema", type=float, default=0.998)
    p.add_argument("--no-compile", action="store_true")
    p.add_argument("--validate", action="store_true", help="only validate --init")
    p.add_argument("--export-only", action="store_true",
                   help="only write --out, from --init or else from --checkpoint")
    p.add_argument("--note", default="", help="a sentence for the model card")
    args = p.parse_args()
    if args.export_only and not args.init:
        return export_checkpoint(args.checkpoint, args.out, args.note)
    if not args.data:
        p.error("--data is needed")
    if args.validate or args.export_only:
        validation = validate_container(args.init, args.data)
        if args.export_only:
            return export(args.out, read_container(args.init), args.bases_seen, validation,
                          args.note)
        return print("vertebrates %.4f mammals %.4f" % tuple(validation))
    if not (args.minutes or args.bases):
        p.error("--minutes or --bases is needed")
    os.makedirs(args.checkpoint, exist_ok=True)
    meeting = os.path.join(os.path.abspath(args.checkpoint), f"meeting.{os.getpid()}")
    args.rendezvous = "file://" + meeting
    # Large buffers come and go every step: keep them in the heap, not in fresh mappings.
    os.environ.update(MALLOC_MMAP_MAX_="0", MALLOC_TRIM_THRESHOLD_=str(1 << 40),
                      MALLOC_TOP_PAD_=str(1 << 26), OMP_NUM_THREADS="1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # the processes end too
    try:
        torch.multiprocessing.spawn(train, (args,), args.threads, daemon=True)
    finally:
        if os.path.exists(meeting):
            os.remove(meeting)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""What PyTorch does on this machine with the recipe of `gscore score`: the yardstick of `gscore bench`.

    bench_torch.py DIR [--threads N] [--seconds S]

Writes to DIR a Nucleotide Transformer v2 checkpoint of the published 50M shape with random weights (once), runs it in
PyTorch float32 on windows of 1000 tokens, batch 1, as the published scripts do, and prints windows/s and variants/s
(two strands). Then run `gscore bench --threads N DIR` for the same model. Needs torch and safetensors.
"""
import argparse
import itertools
import json
import os
import time

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

CONFIG = {
    "add_bias_fnn": False, "architectures": ["EsmForMaskedLM"], "emb_layer_norm_before": False, "hidden_size": 512,
    "intermediate_size": 2048, "layer_norm_eps": 1e-12, "mask_token_id": 2, "max_position_embeddings": 2050,
    "num_attention_heads": 16, "num_hidden_layers": 12, "pad_token_id": 1, "position_embedding_type": "rotary",
    "tie_word_embeddings": False, "token_dropout": False, "vocab_size": 4107,
}


def tensors(c):
    """Names and shapes as published."""
    D, I, V = c["hidden_size"], c["intermediate_size"], c["vocab_size"]
    yield "esm.embeddings.word_embeddings.weight", (V, D)
    for i in range(c["num_hidden_layers"]):
        p = f"esm.encoder.layer.{i}."
        for n in ("attention.LayerNorm", "LayerNorm"):
            yield p + n + ".weight", (D,)
            yield p + n + ".bias", (D,)
        for n in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            yield p + n + ".weight", (D, D)
            yield p + n + ".bias", (D,)
        yield p + "intermediate.dense.weight", (2 * I, D)
        yield p + "output.dense.weight", (D, I)
    for n in ("esm.encoder.emb_layer_norm_after", "lm_head.layer_norm"):
        yield n + ".weight", (D,)
        yield n + ".bias", (D,)
    yield "lm_head.dense.weight", (D, D)
    yield "lm_head.dense.bias", (D,)
    yield "lm_head.decoder.weight", (V, D)
    yield "lm_head.bias", (V,)


def write_checkpoint(folder):
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(1)
    weights = {}
    for name, shape in tensors(CONFIG):
        norm = len(shape) == 1 and "norm" in name.lower() and name.endswith("weight")
        weights[name] = torch.ones(shape) if norm else torch.randn(shape) * 0.02
    save_file(weights, os.path.join(folder, "model.safetensors"), {"format": "pt"})
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump(CONFIG, f, indent=1)
    words = ["<unk>", "<pad>", "<mask>", "<cls>", "<eos>", "<bos>"]
    words += ["".join(k) for k in itertools.product("ATCG", repeat=6)] + list("ATCGN")
    with open(os.path.join(folder, "vocab.txt"), "w") as f:
        f.write("\n".join(words))


def rotary(x, cos, sin):
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat((-b, a), -1) * sin


def forward(w, c, ids, cos, sin):
    """Logits of the middle token; pre-LN blocks, rotary, SwiGLU."""
    D, H, eps = c["hidden_size"], c["num_attention_heads"], c["layer_norm_eps"]
    norm = lambda x, n: F.layer_norm(x, (D,), w[n + ".weight"], w[n + ".bias"], eps)
    dense = lambda x, n: F.linear(x, w[n + ".weight"], w.get(n + ".bias"))
    heads = lambda x: x.view(len(ids), H, D // H).transpose(0, 1)
    x = w["esm.embeddings.word_embeddings.weight"][ids]
    for i in range(c["num_hidden_layers"]):
        p = f"esm.encoder.layer.{i}."
        a = norm(x, p + "attention.LayerNorm")
        q, k, v = (heads(dense(a, p + "attention.self." + n)) for n in ("query", "key", "value"))
        o = F.scaled_dot_product_attention(rotary(q, cos, sin), rotary(k, cos, sin), v)
        x = x + dense(o.transpose(0, 1).reshape(len(ids), D), p + "attention.output.dense")
        gate, up = dense(norm(x, p + "LayerNorm"), p + "intermediate.dense").chunk(2, -1)
        x = x + dense(F.silu(gate) * up, p + "output.dense")
    x = norm(x, "esm.encoder.emb_layer_norm_after")[len(ids) // 2]
    return dense(norm(F.gelu(dense(x, "lm_head.dense")), "lm_head.layer_norm"), "lm_head.decoder") + w["lm_head.bias"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20)
    args = parser.parse_args()
    if not os.path.exists(os.path.join(args.folder, "vocab.txt")):
        write_checkpoint(args.folder)
    torch.set_num_threads(args.threads)
    w = load_file(os.path.join(args.folder, "model.safetensors"))
    d = CONFIG["hidden_size"] // CONFIG["num_attention_heads"]
    angle = torch.arange(1000)[:, None] / 10000 ** (torch.arange(0, d, 2) / d)
    cos, sin = (f(torch.cat((angle, angle), -1)) for f in (torch.cos, torch.sin))
    ids = torch.randint(6, 4102, (1000,))
    with torch.inference_mode():
        forward(w, CONFIG, ids, cos, sin)
        n, start = 0, time.time()
        while time.time() - start < args.seconds:
            forward(w, CONFIG, ids, cos, sin)
            n += 1
        rate = n / (time.time() - start)
    print(f"PyTorch {torch.__version__} float32, {args.threads} threads: "
          f"{rate:.3f} windows/s, {rate / 2:.3f} variants/s")


if __name__ == "__main__":
    main()

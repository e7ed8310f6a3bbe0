#!/usr/bin/env python3
"""How well do scores separate pathogenic (P) from benign (B) mitochondrial variants?

    eval_mito.py vcf LABELS REF > variants.vcf     the label table as a VCF
    gscore ... variants.vcf > scored.vcf           adds GS_LLR to INFO
    eval_mito.py auroc scored.vcf LABELS           AUROC of -GS_LLR, 95 % bootstrap intervals

LABELS is tab-separated, #chrom pos ref alt kind label; REF is the genome it refers to, in
FASTA.  VCF and FASTA may be gzipped.  Standard library only.
"""
import gzip
import random
import sys
from bisect import bisect_left, bisect_right

RNA = {"tRNA", "rRNA"}
SUBSETS = [("missense+RNA", {"missense"} | RNA), ("missense", {"missense"}), ("tRNA", {"tRNA"})]
RESAMPLES, SEED = 1000, 1


def lines(path):
    if path == "-":
        return sys.stdin
    with open(path, "rb") as f:
        zipped = f.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rt") if zipped else open(path)


def read_labels(path):
    """(chrom, pos, ref, alt) -> (kind, label), in the table's order."""
    rows = (line.rstrip("\n").split("\t") for line in lines(path) if line[0] != "#")
    return {(chrom, int(pos), ref, alt): (kind, label)
            for chrom, pos, ref, alt, kind, label in rows}


def write_vcf(labels, reference):
    name, parts = None, []
    for line in lines(reference):
        if line[0] != ">":
            parts.append(line.strip().upper())
        elif name is None:
            name = line[1:].split()[0]
        else:
            break
    genome = "".join(parts)
    print("##fileformat=VCFv4.3")
    print(f"##contig=<ID={name},length={len(genome)}>")
    print("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", sep="\t")
    for chrom, pos, ref, alt in sorted(labels, key=lambda v: (v[1], v[3])):
        if chrom != name or genome[pos - 1:pos - 1 + len(ref)] != ref:
            sys.exit(f"{chrom}:{pos} {ref}>{alt} does not match {name}")
        print(chrom, pos, ".", ref, alt, ".", ".", ".", sep="\t")


def read_scores(path):
    """(chrom, pos, ref, alt) -> GS_LLR; variants without one are left out."""
    scores = {}
    for line in lines(path):
        if line[0] == "#":
            continue
        chrom, pos, _, ref, alts, _, _, info = line.rstrip("\n").split("\t")[:8]
        fields = dict(f.partition("=")[::2] for f in info.split(";"))
        for alt, llr in zip(alts.split(","), fields.get("GS_LLR", "").split(",")):
            if llr not in ("", "."):
                scores[chrom, int(pos), ref, alt] = float(llr)
    return scores


def area(positive, negative):
    """The chance that a positive outranks a negative, ties counting half."""
    negative = sorted(negative)
    wins = sum(bisect_left(negative, p) + bisect_right(negative, p) for p in positive)
    return wins / (2 * len(positive) * len(negative))


def interval(positive, negative):
    """The middle 95 % of the areas of samples drawn anew within either class."""
    rng = random.Random(SEED)
    areas = sorted(area(rng.choices(positive, k=len(positive)),
                        rng.choices(negative, k=len(negative))) for _ in range(RESAMPLES))
    return areas[RESAMPLES * 25 // 1000], areas[RESAMPLES * 975 // 1000 - 1]


def report(scores, labels):
    missing = sum(v not in scores for v in labels)
    if missing:
        print(f"{missing} of {len(labels)} labelled variants have no score", file=sys.stderr)
    for name, kinds in SUBSETS:
        classes = {"P": [], "B": []}
        for variant, (kind, label) in labels.items():
            if kind in kinds and variant in scores:
                classes[label].append(-scores[variant])
        positive, negative = classes["P"], classes["B"]
        if not (positive and negative):
            print(f"{name}\tP {len(positive)}\tB {len(negative)}\tno area")
            continue
        low, high = interval(positive, negative)
        print(f"{name}\tP {len(positive)}\tB {len(negative)}\t"
              f"AUROC {area(positive, negative):.3f} [{low:.3f}-{high:.3f}]")


def main(argv):
    if len(argv) == 4 and argv[1] == "vcf":
        write_vcf(read_labels(argv[2]), argv[3])
    elif len(argv) == 4 and argv[1] == "auroc":
        report(read_scores(argv[2]), read_labels(argv[3]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv)

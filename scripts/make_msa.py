#!/usr/bin/env python3
"""Make the alignment that GPN-MSA reads beside the reference (gscore score --msa), from MAF or an aligned FASTA.

    make_msa.py --species species.txt chr1.maf.gz chr2.maf.gz | bgzip > msa.gz
    make_msa.py --contig chr1 --start 10001 aligned.fa | bgzip > msa.gz
    tabix -s 1 -b 2 -e 2 msa.gz

One line per reference base: contig, position (1-based), the reference's base and one letter per species, "-" where a
species has a gap or is not aligned. The species' order is the model's: give it with --species (one name per line, the
reference left out). Without it the order is that of the aligned FASTA, or of the first appearance in the MAF, which is
then read twice.

MAF: the reference is the species of the first line of the first block, or --reference; blocks must be sorted by its
positions within each contig; where two overlap, the first one counts. Source names are SPECIES.CONTIG. Of several lines
of a species in one block the first counts. Aligned FASTA: the reference is the first record.
Places between MAF blocks are left out, and gscore does not score windows that need them; with --fill REF.fa (which has
REF.fa.fai) they are written with gaps for every species, as in the published alignments.
"""
import argparse
import gzip
import sys

COMPLEMENT = str.maketrans("ACGTacgtRYKMBDHVrykmbdhv", "TGCAtgcaYRMKVHDByrmkvhdb")


def open_text(path):
    if path == "-":
        return sys.stdin
    return gzip.open(path, "rt") if path.endswith((".gz", ".bgz")) else open(path)


def die(text):
    sys.exit(f"make_msa.py: {text}")


# ---- MAF ----

def read_blocks(paths):
    """Blocks as lists of (species, contig, start, size, strand, source size, text)."""
    for path in paths:
        rows = []
        with open_text(path) as file:
            for line in file:
                if line.startswith("s"):
                    rows.append(parse_row(path, line))
                elif rows and not line.strip():
                    yield rows
                    rows = []
        if rows:
            yield rows


def parse_row(path, line):
    field = line.split()
    if len(field) != 7:
        die(f"{path}: a line of a block does not have 7 fields: {line.strip()[:80]}")
    species, _, contig = field[1].partition(".")
    return species, contig or species, int(field[2]), int(field[3]), field[4], int(field[5]), field[6]


def on_forward_strand(rows, reference):
    """Contig, start and the texts by species, turned so that the reference runs forward. None: not in this block."""
    mine = next((row for row in rows if row[0] == reference), None)
    if not mine:
        return None
    _, contig, start, size, strand, total, _ = mine
    texts = {}
    for row in rows:
        texts.setdefault(row[0], row[6] if strand == "+" else row[6].translate(COMPLEMENT)[::-1])
    if any(len(text) != len(texts[reference]) for text in texts.values()):
        die(f"block {reference}.{contig}:{start + 1}: its lines are not equally long")
    return contig, start if strand == "+" else total - start - size, texts


def maf_columns(paths, reference, species):
    """(contig, position, reference base, letters) of every reference base in a block."""
    last, done = None, set()
    end = 0
    for rows in read_blocks(paths):
        reference = reference or rows[0][0]
        block = on_forward_strand(rows, reference)
        if not block:
            continue
        contig, start, texts = block
        if contig != last:
            if contig in done:
                die(f"contig {contig} comes twice: sort the blocks by the reference's position")
            done.add(contig)
            last, end, newest = contig, 0, 0
        if start < newest:
            die(f"block {contig}:{start + 1} comes after one of {newest + 1}: "
                "sort the blocks by the reference's position")
        newest = start
        for position, base, letters in columns(texts, reference, species, start):
            if position >= end:
                yield contig, position, base, letters
                end = position + 1


def maf_species(paths, reference):
    found = {}
    for rows in read_blocks(paths):
        reference = reference or rows[0][0]
        found.update((row[0], None) for row in rows)
    found.pop(reference, None)
    return list(found)


# ---- aligned FASTA ----

def read_fasta(path):
    records = {}
    with open_text(path) as file:
        for line in file:
            if line.startswith(">"):
                name = line[1:].split()[0]
                if name in records:
                    die(f"{path} has {name} twice")
                records[name] = []
            elif line.strip():
                records[name].append(line.strip())
    texts = {name: "".join(lines) for name, lines in records.items()}
    if len(set(map(len, texts.values()))) != 1:
        die(f"{path}: its sequences are not equally long: it is not aligned")
    return texts


# ---- both ----

def columns(texts, reference, species, start):
    """Columns with a base of the reference; its first base is at `start` (0-based)."""
    gaps = "-" * len(texts[reference])
    position = start
    for base, *letters in zip(texts[reference], *(texts.get(name, gaps) for name in species)):
        if base not in "-.":
            yield position, base, "".join(c if c.isalpha() else "-" for c in letters)
            position += 1


class Fill:
    """The reference's bases, by its .fai."""

    def __init__(self, path):
        self.file = open(path, "rb")
        self.index = {}
        with open(path + ".fai") as fai:
            for line in fai:
                name, length, offset, bases, width = line.split("\t")[:5]
                self.index[name] = tuple(map(int, (length, offset, bases, width)))

    def bases(self, contig, beg, end):
        length, offset, bases, width = self.index.get(contig, (0, 0, 1, 1))
        for at in range(beg, min(end, length) if end is not None else length):
            if at == beg or at % bases == 0:
                self.file.seek(offset + at // bases * width + at % bases)
                line = self.file.read(bases - at % bases).decode()
                first = at
            yield at, line[at - first]


def filled(rows, fill, gaps):
    contig, end = None, 0
    for row in rows:
        if row[0] != contig:
            if contig is not None:
                yield from ((contig, at, base, gaps) for at, base in fill.bases(contig, end, None))
            contig, end = row[0], 0
        yield from ((contig, at, base, gaps) for at, base in fill.bases(contig, end, row[1]))
        yield row
        end = row[1] + 1
    if contig is not None:
        yield from ((contig, at, base, gaps) for at, base in fill.bases(contig, end, None))


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", nargs="+", help="MAF files (.gz too), or one aligned FASTA with --contig")
    parser.add_argument("--species", help="file with the species' names in the model's order, one per line")
    parser.add_argument("--reference", help="name of the reference species in the MAF")
    parser.add_argument("--contig", help="the input is an aligned FASTA: contig that its first record is a piece of")
    parser.add_argument("--start", type=int, default=1, help="position (1-based) of its first base there")
    parser.add_argument("--fill", metavar="REF.fa", help="write the places between blocks too, with gaps")
    return parser.parse_args()


def main():
    args = parse_args()
    species = None
    if args.species:
        with open(args.species) as file:
            species = [line.split()[0] for line in file if line.strip()]
    if args.contig:
        texts = read_fasta(args.input[0])
        reference = next(iter(texts))
        species = species or [name for name in texts if name != reference]
        rows = ((args.contig, *column) for column in columns(texts, reference, species, args.start - 1))
    else:
        if not species and "-" in args.input:
            die("standard input cannot be read twice: give --species")
        species = species or maf_species(args.input, args.reference)
        rows = maf_columns(args.input, args.reference, species)
    if not species:
        die("there is no species besides the reference")
    if args.fill:
        rows = filled(rows, Fill(args.fill), "-" * len(species))
    print("#species", *species, sep="\t")
    for contig, position, base, letters in rows:
        print(contig, position + 1, base + letters, sep="\t")


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.stderr.close()

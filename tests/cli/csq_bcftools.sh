#!/bin/sh
# Effects of random variants in random transcripts, against bcftools csq:
#     csq_bcftools.sh GSCORE TINY_MODEL [SEED] [FILES]
# SNVs, MNVs, insertions and deletions that lie within an exon: where its borders are near, csq speaks of splicing. csq
# gives all consequences, gscore the gravest: it must be one of them.
set -eu
gscore=$1 seed=${3:-1} files=${4:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$2" "$work/tiny.bin" && cd "$work"
export LC_ALL=C

# c.fa with transcripts on both strands, some without a first or last codon; c.gff3; c.vcf.
make() { # SEED
    awk -v seed="$1" '
    function number(most) { return 1 + int(rand() * most) }
    function bases(n,    s) { for (s = ""; n > 0; n--) s = s substr("ACGT", number(4), 1); return s }
    function codon(    s) { do s = bases(3); while (s ~ /^(TAA|TAG|TGA)$/); return s }
    function revcomp(s,    i, r) {
        for (i = length(s); i; i--) r = r substr("TGCA", index("ACGT", substr(s, i, 1)), 1)
        return r
    }
    function row(type, beg, end, phase, more) {
        print "c1\t.\t" type "\t" beg "\t" end "\t.\t" strand "\t" phase "\t" more > "c.gff3"
    }
    # A transcript behind the end of the genome.
    function transcript(k,    cds, n, i, cut, part, phase, done, more) {
        strand = rand() < .5 ? "+" : "-"
        skip = rand() < .4 ? int(rand() * 3) : 0
        cds = skip ? bases(skip) : "ATG"
        for (i = 20 + number(60); i; i--) cds = cds codon()
        cds = cds (rand() < .2 ? bases(2) : "TAA")
        n = number(3)
        for (i = done = 0; i < n; i++) {
            cut = i == n - 1 ? length(cds) - done : 12 + number(20)
            part[i] = substr(cds, done + 1, cut)
            phase[i] = i ? (3 - (done - skip) % 3) % 3 : skip
            done += cut
        }
        genome = genome bases(150)
        more = ";biotype=protein_coding"
        row("gene", length(genome) - 50, length(genome) + 2000, ".", "ID=gene:G" k ";Name=G" k more)
        row("mRNA", length(genome) - 50, length(genome) + 2000, ".", "ID=transcript:T" k ";Parent=gene:G" k more)
        for (i = 0; i < n; i++) {
            cut = strand == "+" ? i : n - 1 - i
            beg[exons] = length(genome) + 1
            genome = genome (strand == "+" ? part[cut] : revcomp(part[cut]))
            end[exons] = length(genome)
            row("CDS", beg[exons], end[exons], phase[cut], "ID=CDS:P" k ";Parent=transcript:T" k)
            genome = genome bases(40 + number(60))
            exons++
        }
    }
    function variant(    e, at, n, ref, alt) {
        do {
            e = int(rand() * exons)
            at = beg[e] + 3 + number(end[e] - beg[e] - 6)
            n = rand() < .5 ? 1 : number(9)
            ref = substr(genome, at, n)
            alt = n > 1 ? bases(n) : substr("ACGT", number(4), 1)
            if (rand() < .5) { if (n > 1) alt = substr(ref, 1, 1); else alt = ref bases(number(9)) }
        } while (at + n + 3 > end[e] || ref == alt || (length(ref) == length(alt) &&
                 (substr(ref, 1, 1) == substr(alt, 1, 1) || substr(ref, n) == substr(alt, n))))
        print "c1\t" at "\t.\t" ref "\t" alt "\t.\t.\t."
    }
    BEGIN {
        srand(seed)
        print "##gff-version 3" > "c.gff3"
        for (k = 1; k <= 40; k++) transcript(k)
        genome = genome bases(2500)
        print ">c1\n" genome > "c.fa"
        for (i = 0; i < 600; i++) variant()
    }' | sort -k2,2n -k4,5 -u | awk -v OFS='\t' '
    BEGIN { print "##fileformat=VCFv4.2\n##contig=<ID=c1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO" }
    { $3 = "v" NR; print }' >c.vcf
}

# Of each record: what csq says of it, ours.
compare() {
    awk -F '\t' '
    function field(name,    s) {
        s = match($8, "(^|;)" name "=[^;]*") ? substr($8, RSTART, RLENGTH) : ""
        sub(".*" name "=", "", s)
        return s
    }
    /^#/ { next }
    FNR == NR { csq[$3] = field("BCSQ"); next }
    {
        all = "&"
        n = split(csq[$3], item, ",")
        for (i = 1; i <= n; i++) {
            split(item[i], f, "|")
            sub(/^\*/, "", f[1])
            all = all f[1] "&"
            # csq 1.16 names a new stop among several amino acids in their letters alone, or not, where codons go
            if (split(f[6], aa, ">") == 2 && aa[2] ~ /\*/ && aa[1] !~ /\*/) all = all "stop_gained&"
            if (f[1] ~ /inframe/) all = all "stop_gained&"
        }
        split(field("GS_TX"), ours, "|")
        seen[ours[5]]++
        if (!index(all, "&" ours[5] "&")) { print $2, $4, $5 ": csq " csq[$3] ", gscore " field("GS_TX"); bad = 1 }
    }
    END {
        n = split("missense synonymous stop_gained frameshift inframe_insertion inframe_deletion", must, " ")
        for (i = 1; i <= n; i++) if (!seen[must[i]]) { print "no " must[i] " was tried"; bad = 1 }
        exit bad
    }' csq.vcf ours.vcf
}

for i in $(seq "$seed" $((seed + files - 1))); do
    rm -f c.*
    make "$i"
    bcftools csq -l -g c.gff3 -f c.fa c.vcf >csq.vcf 2>csq.log || { cat csq.log; exit 1; }
    "$gscore" score -q --mode pll --gff c.gff3 c.vcf c.fa tiny.bin >ours.vcf
    compare || { echo "FAILED: seed $i"; exit 1; }
done

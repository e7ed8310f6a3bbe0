/* Text cut into words, of which byte-pair encoding never joins two: the patterns of GPT-2 and of Qwen2, without a
 * library of regular expressions.
 *   GPT-2: 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *   Qwen2: (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+
 *          |\s+(?!\S)|\s+
 * Sources: Hugging Face tokenizers (pre_tokenizers/byte_level.rs); the tokenizer.json of Qwen. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "token/token.h"

typedef enum { LETTER, DIGIT, SPACE, OTHER, END } letter_kind;

static letter_kind kind_of(const char *text, int64_t n, int64_t i)
{
    unsigned char c = i < n ? (unsigned char)text[i] : 0;
    return i >= n ? END : c >= 128 || isalpha(c) ? LETTER : isdigit(c) ? DIGIT : isspace(c) ? SPACE : OTHER;
}

/* Where the run of this kind that begins at i ends. */
static int64_t run_end(const char *text, int64_t n, int64_t i, letter_kind kind)
{
    while (kind_of(text, n, i) == kind)
        i++;
    return i;
}

static int is_newline(char c)
{
    return c == '\n' || c == '\r';
}

/* 's, 't, 're, ...; 0: there is none. */
static int64_t contraction(const char *text, int64_t n, int any_case)
{
    static const char *const endings[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t len = strlen(endings[i]);
        if ((int64_t)len <= n && !(any_case ? strncasecmp : strncmp)(text, endings[i], len))
            return (int64_t)len;
    }
    return 0;
}

/* A word takes the last of the spaces before it. */
static int64_t spaces(const char *text, int64_t n)
{
    int64_t end = run_end(text, n, 0, SPACE);
    return end < n && end > 1 ? end - 1 : end;
}

static int64_t gpt2_word(const char *text, int64_t n)
{
    int64_t first = text[0] == ' ', known = contraction(text, n, 0);
    letter_kind kind = kind_of(text, n, first);
    return known ? known : kind != SPACE && kind != END ? run_end(text, n, first, kind) : spaces(text, n);
}

/* Spaces up to the last new line among them; 0: there is none. */
static int64_t lines(const char *text, int64_t n)
{
    int64_t end = run_end(text, n, 0, SPACE);
    while (end && !is_newline(text[end - 1]))
        end--;
    return end;
}

static int64_t qwen_word(const char *text, int64_t n)
{
    letter_kind kind = kind_of(text, n, 0), next = kind_of(text, n, 1);
    int64_t known = contraction(text, n, 1), end;
    if (known)
        return known;
    if (kind == LETTER || (kind != DIGIT && !is_newline(text[0]) && next == LETTER))
        return run_end(text, n, 1, LETTER);
    if (kind == DIGIT)
        return 1;
    if (kind == OTHER || (text[0] == ' ' && next == OTHER)) {
        for (end = run_end(text, n, 1, OTHER); end < n && is_newline(text[end]);)
            end++;
        return end;
    }
    end = lines(text, n);
    return end ? end : spaces(text, n);
}

int64_t gs_text_word(int words, const char *text, int64_t n)
{
    const char *space = words == GS_WORDS_SPACE ? memchr(text + 1, ' ', (size_t)n - 1) : NULL;
    if (space)
        return space - text;
    return words == GS_WORDS_GPT2 ? gpt2_word(text, n) : words == GS_WORDS_QWEN ? qwen_word(text, n) : n;
}

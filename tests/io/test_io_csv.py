import csv
import io

from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from voc.io.csv_rows import Dialect, parse
from voc.io.dialect import declared, sniff

CELL = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r\x1f"), max_size=12)
LIMIT = 10_000


def rows_of(text: str, dialect: Dialect, width: int = 0) -> list[list[str] | None]:
    return [row.cells for row in parse(io.StringIO(text, newline="\n"), dialect, LIMIT, width)]


def written(rows: list[list[str]], delimiter: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return out.getvalue()


@over(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from(",;\t|"))
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read(rows, delimiter):
    assert rows_of(written(rows, delimiter), Dialect(delimiter)) == rows


@over(
    st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=6),
    st.lists(st.text('ab,"\n', max_size=10), max_size=3),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_whatever_the_damage_every_line_is_in_a_row_or_rejected(rows, damage, random):
    lines = [written([row], ",") for row in rows] + [f"{bad}\n" for bad in damage]
    random.shuffle(lines)
    text = "".join(lines)
    parsed = list(parse(io.StringIO(text, newline="\n"), Dialect(), LIMIT))
    kept = "".join(line for row in parsed for line in row.lines)
    blank = [line for line in text.splitlines(keepends=True) if not line.strip()]
    # Nothing but blank lines may be missing, and nothing may be there twice.
    assert len(text) - len("".join(blank)) <= len(kept) <= len(text)
    assert all((row.cells is None) == bool(row.problem) for row in parsed)


@over(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_sniffing_and_parsing_never_raise(raw):
    text = raw.decode("latin-1").replace("\r", "")
    rows_of(text, sniff(text))


def test_an_error_rejects_the_first_line_and_reads_the_others_again():
    text = 'a,b\n1,"open\n2,fine\n3,"x" y\n4,ok\n'
    assert rows_of(text, Dialect()) == [["a", "b"], None, ["2", "fine"], None, ["4", "ok"]]


def test_reading_again_stays_cheap_when_every_line_opens_a_quote():
    text = "".join(f'{at},"open\n' for at in range(20_000))
    assert len(rows_of(text, Dialect())) >= 10_000


def test_a_long_line_is_cut_and_the_next_one_is_whole():
    text = f"a,b\n1,{'x' * 30_000}\n2,fine\n"
    parsed = list(parse(io.StringIO(text, newline="\n"), Dialect(), LIMIT))
    assert [row.code for row in parsed] == ["", "too_large", ""]
    assert parsed[2].cells == ["2", "fine"]


def test_a_long_line_inside_an_open_quote_is_not_lost():
    text = f'a,b\n1,"open\n{"x" * 30_000}\n2,fine\n'
    parsed = list(parse(io.StringIO(text, newline="\n"), Dialect(), LIMIT))
    assert [row.code for row in parsed] == ["", "malformed", "too_large", ""]


def test_delimiters_are_found():
    cases = {
        ",": "id,text\n1,fine\n2,bad\n",
        ";": "text;rating\nfine, really;4,5\nbad, very;3,0\n",
        "\t": "id\ttext\n1\tfine, so far\n",
        "|": "id|text|n\n1|good, fine|5\n2|bad; awful|1\n",
        "\x1f": "review\nGood, but slow\nBad. Very, very bad, indeed\n",
    }
    for delimiter, sample in cases.items():
        assert sniff(sample).delimiter == delimiter, sample


def test_a_header_settles_the_delimiter_of_ragged_rows():
    sample = "id,rating,text\n1,5,good, but slow\n2,1,bad, very, very bad\n3,4,fine, thanks\n4,5,ok\n"
    assert sniff(sample).delimiter == ","


def test_declared_delimiter():
    assert declared("sep=;\n") == ";"
    assert declared("sep=\t\r\n") == "\t"
    assert declared("separator,text\n") is None


def test_quotes_that_are_letters():
    assert not sniff('id\ttext\n1\t"Great" said mom\n2\t5" screen\n3\t"so" they say\n').quoted
    assert sniff('id,text\n1,"a, b"\n2,"c"\n').quoted

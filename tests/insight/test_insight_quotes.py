from insight_samples import crowd, issues, record, tables

from voc.insight.quotes import LONGEST, choose_quotes, shorten


def said(number, text, sentiment="negative", language="en"):
    return record(number, ("zip", sentiment, "bug_report", text), language=language, rating=2, day=number)


def quotes(*records, count=5):
    return issues(list(records), quotes=count)["zip"].quotes


def test_central_readable_words_of_the_main_sentiment_come_first():
    found = quotes(
        said(0, "meh"),
        said(1, "the zip is lovely, never had one as smooth", "positive"),
        said(2, "the zip broke on the second day of use"),
        said(3, "zip came apart in my hands at the station"),
    )
    assert [quote.record_id for quote in found] == ["r00002", "r00003", "r00000", "r00001"]
    assert found[0].text == "the zip broke on the second day of use"
    assert (found[0].rating, found[0].created_at.day, found[0].sentiment) == (2, 3, "negative")


def test_a_sentiment_that_was_hardly_called_is_not_shown_first():
    feedback, segments = tables(
        [
            said(0, "emptying the bin is oddly satisfying"),
            said(1, "the zip broke on the second day of use"),
            said(2, "zip came apart in my hands at the station"),
        ]
    )
    segments.loc[0, ["p_negative", "p_neutral", "p_positive"]] = 0.4, 0.3, 0.3
    found = choose_quotes(
        feedback, segments, {"zip": [0, 1, 2]}, {"zip": "negative"}, {"zip": {"en": 3}}, count=3
    )["zip"]
    assert [quote.record_id for quote in found] == ["r00001", "r00002", "r00000"]


def test_a_record_is_quoted_once_and_a_text_too():
    text = "the zip broke on the second day of use"
    both = record(
        0, ("zip", "negative", "bug_report", text), ("zip", "negative", "bug_report", text + " again")
    )
    found = quotes(both, said(1, text.upper()), said(2, "zip came apart in my hands at the station"))
    assert [quote.record_id for quote in found] == ["r00000", "r00002"]


def test_languages_that_many_speak_are_heard_first():
    english = [said(i, f"the zip broke again, this is jacket number {i}") for i in range(8)]
    korean = [
        said(20 + i, f"지퍼가 또 고장났어요 이번이 벌써 {i}번째 재킷입니다", language="ko") for i in range(3)
    ]
    german = [said(40, "der Reißverschluss ist schon wieder kaputt gegangen", language="de")]
    found = quotes(*english, *korean, *german, count=3)
    assert [quote.language for quote in found] == ["en", "ko", "en"]


def test_whoever_reads_the_label_can_read_the_first_quote():
    """Labels are in the language of most segments, also of an issue that another language speaks of more often."""
    english = [said(i, f"the zip broke again, this is jacket number {i}") for i in range(4)]
    korean = [
        said(20 + i, f"지퍼가 또 고장났어요 이번이 벌써 {i}번째 재킷입니다", language="ko") for i in range(2)
    ]
    others = [
        record(40 + i, ("late", "negative", "delivery", f"배송이 {i}일이나 늦게 도착했습니다"), language="ko")
        for i in range(6)
    ]
    assert [quote.language for quote in quotes(*english, *korean, *others, count=3)] == ["ko", "en", "en"]


def test_a_long_text_is_cut_between_words_and_a_wall_of_letters_anywhere():
    assert shorten("broken zip " * 40).endswith("zip…")
    assert len(shorten("broken zip " * 40)) <= LONGEST
    assert len(shorten("지퍼" * 300)) == LONGEST


def test_duplicates_are_not_quoted():
    copies = [record(9, ("zip", "negative"), duplicate_of="r00000")]
    assert {q.record_id for q in issues(crowd(2, "zip") + copies)["zip"].quotes} == {"r00000", "r00001"}

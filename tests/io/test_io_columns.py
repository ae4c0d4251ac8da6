from datetime import datetime

import pytest

from voc.errors import VocError
from voc.io import ReadOptions, inspect, names, read
from voc.io.columns import Sample, infer
from voc.io.options import DEFAULTS

SAID = [
    "the lamp broke after one day of use",
    "nobody answers the phone at all, shame",
    "works well so far and looks nice too",
    "delivery took three weeks without a word",
    "would buy it again for my sister as well",
    "the app closes when I open the map view",
]


def mapped(columns: dict[str, list], options: ReadOptions = DEFAULTS) -> dict[str, str]:
    count = max(map(len, columns.values()))
    rows = [{name: values[at % len(values)] for name, values in columns.items()} for at in range(count)]
    return infer(Sample(tuple(columns), rows), options).as_mapping()


HEADERS = [
    ("en", "Review Text", "Star Rating", "Review Date", "Reviewer"),
    ("en", "customer_comment", "overall_rating", "created_at", "user_id"),
    ("ko", "리뷰내용", "별점", "작성일", "작성자"),
    ("ko", "상세리뷰", "평점", "등록일시", "닉네임"),
    ("ja", "口コミ", "評価", "投稿日", "投稿者"),
    ("ja", "レビュー本文", "星", "日付", "ニックネーム"),
    ("zh", "评论内容", "评分", "评论时间", "用户名"),
    ("zh", "評論", "星級", "發布時間", "暱稱"),
    ("de", "Bewertungstext", "Sterne", "Datum", "Verfasser"),
    ("de", "Kommentar", "Bewertung", "Erstellt am", "Kunde"),
    ("fr", "Avis", "Note", "Date de création", "Auteur"),
    ("fr", "Commentaire", "Étoiles", "Publié le", "Pseudo"),
    ("es", "Reseña", "Calificación", "Fecha", "Usuario"),
    ("es", "Opinión", "Puntuación", "Fecha de creación", "Cliente"),
    ("pt", "Avaliação", "Nota", "Data", "Usuário"),
    ("pt", "Comentário", "Estrelas", "Criado em", "Cliente"),
    ("tr", "Yorum", "Puan", "Tarih", "Kullanıcı"),
    ("tr", "YORUM METNİ", "Yıldız", "Oluşturulma Tarihi", "Müşteri"),
    ("it", "Recensione", "Voto", "Data", "Autore"),
    ("nl", "Opmerking", "Cijfer", "Datum", "Klant"),
    ("ru", "Отзыв", "Оценка", "Дата", "Автор"),
    ("pl", "Opinia", "Ocena", "Data", "Użytkownik"),
    ("id", "Ulasan", "Bintang", "Tanggal", "Nama"),
    ("vi", "Bình luận", "Điểm", "Ngày", "Người dùng"),
    ("th", "รีวิว", "คะแนน", "วันที่", "ชื่อ"),
    ("ar", "التعليق", "التقييم", "التاريخ", "الاسم"),
]


@pytest.mark.parametrize(("language", "text", "rating", "date", "author"), HEADERS)
def test_headers_in_many_languages(language, text, rating, date, author):
    found = mapped(
        {
            "n": ["a1", "b2", "c3"],
            author: ["kim", "lee", "max"],
            rating: ["1", "5", "4"],
            date: ["2024-01-02", "2024-02-03"],
            text: SAID,
        }
    )
    assert (found["text"], found["rating"], found["date"]) == (text, rating, date)
    assert found.get("author") == (None if language in ("th", "ar") else author)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Review_Text", "reviewText"), ("REVIEW TEXT", "review-text"), ("Réclamation", "RECLAMATION"), ("리뷰 내용", "리뷰내용"), ("ＲＥＶＩＥＷ", "review"), ("İade", "iade")],
)  # fmt: skip
def test_spelling_of_names_does_not_matter(one, other):
    assert names.key(one) == names.key(other)


def test_title_and_body_are_joined_and_a_title_that_the_body_repeats_is_not(given):
    path = given(
        "title,review\nBroken,The lamp broke after a day\nThe app…,The app closes when I open it\nNo,\n"
    )
    assert [record.text for record in read([path]).records] == [
        "Broken\nThe lamp broke after a day",
        "The app closes when I open it",
        "No",
    ]


def test_pros_and_cons_are_joined():
    assert mapped({"pros": SAID, "cons": SAID[::-1], "stars": ["1", "2", "5"]})["text"] == "pros + cons"


def test_a_products_name_is_no_title():
    found = mapped({"title": ["Hanul R7 vacuum", "Hanul Air 2"] * 20, "review": SAID * 7})
    assert found["text"] == "review"
    assert mapped({"product_title": SAID, "review": SAID})["text"] == "review"


def test_content_wins_over_a_name():
    assert mapped({"text": ["", "", ""], "what_they_said": SAID})["text"] == "what_they_said"
    assert mapped({"feedback": ["1", "0", "1"], "said": SAID})["text"] == "said"
    assert mapped({"review": ["5", "4", "1"], "remarks": SAID}) == {"text": "remarks", "rating": "review"}


def test_a_category_under_a_texts_name_is_not_the_text():
    found = mapped(
        {
            "feedback": ["delivery", "quality"] * 40,
            "unknown": [f"{said} {at}" for at in range(14) for said in SAID],
        }
    )
    assert found["text"] == "unknown"


def test_answers_of_the_company_are_not_the_customers():
    found = mapped({"id": ["a", "b"], "Reply": SAID[::-1], "comment": SAID, "developer_response": SAID})
    assert found["text"] == "comment"


def test_questions_of_a_form_are_all_text():
    found = mapped(
        {
            "Timestamp": ["2024-01-02 10:00:00", "2024-01-03 11:00:00"],
            "How satisfied are you with the delivery?": ["1", "5", "4"],
            "How likely are you to recommend us to a friend?": ["0", "10", "7"],
            "What could we do better?": SAID,
            "What did you like most?": SAID[::-1],
            "Which product do you own?": ["Lamp", "Vacuum", "Lamp"],
        }
    )
    assert found["text"] == "What could we do better? + What did you like most?"
    assert found["rating"] == "How satisfied are you with the delivery?"
    assert found["nps"] == "How likely are you to recommend us to a friend?"
    assert found["date"] == "Timestamp"


def test_nothing_named_is_found_by_content():
    found = mapped(
        {
            "a": [f"k{at}" for at in range(6)],
            "b": SAID,
            "c": ["2024-01-02", "2024-03-04"],
            "d": ["1", "2", "3", "4", "5"],
        }
    )
    assert found == {"text": "b", "date": "c", "rating": "d"}


@pytest.mark.parametrize(
    "name",
    [
        "helpful_votes",
        "numOfAgrees",
        "추천수",
        "likes_count",
        "age",
        "priority",
        "average_rating",
        "参考になった",
        "Anzahl",
    ],
)
def test_counts_are_never_ratings(name):
    assert "rating" not in mapped({"review": SAID, name: ["1", "2", "3", "4", "5"]})


def test_the_overall_rating_is_taken_among_several():
    found = mapped(
        {"review": SAID, "Service Rating": ["1", "2"], "Overall Rating": ["5", "4"], "Room rating": ["3"]}
    )
    assert found["rating"] == "Overall Rating"


def test_created_is_preferred_to_later_dates():
    day = ["2024-01-02"]
    found = mapped(
        {"updated_at": day, "reply_date": day, "birth date": day, "created_at": day, "review": SAID}
    )
    assert found["date"] == "created_at"
    assert mapped({"expiryDate": day, "title": SAID})["date"] == "expiryDate"
    assert "date" not in mapped({"생년월일": day, "리뷰": SAID})


def test_an_id_must_be_unique_to_be_one():
    assert mapped({"id": ["1", "2", "3", "4", "5", "6"], "review": SAID})["id"] == "id"
    assert "id" not in mapped({"id": ["1", "1", "2"], "review": SAID})


def test_a_language_column_must_hold_languages():
    assert mapped({"lang": ["ko", "en-US", "Japanese"], "review": SAID})["language"] == "lang"
    assert "language" not in mapped({"language": ["happy", "x1", "-"], "review": SAID})


def test_a_recommendation_on_five_points_is_not_nps():
    found = mapped({"recommend": ["1", "5", "4"] * 20, "review": SAID})
    assert "nps" not in found


def test_options_win_and_are_forgiving():
    columns = {"Review": SAID, "Notes to us": SAID[::-1], "When": ["2024-01-02"]}
    assert mapped(columns, ReadOptions(text_column="notes to us"))["text"] == "Notes to us"
    assert mapped(columns, ReadOptions(text_column="review + Notes_to_us"))["text"] == "Review + Notes to us"
    assert mapped({"a + b": SAID, "a": SAID}, ReadOptions(text_column="a + b"))["text"] == "a + b"
    assert mapped(columns, ReadOptions(date_column="when"))["date"] == "When"


def test_an_unknown_column_is_a_usage_error_with_the_nearest_name(given):
    with pytest.raises(VocError, match=r"Did you mean 'review'\?") as caught:
        read([given("id,review\n1,fine\n")], ReadOptions(text_column="reveiw"))
    assert caught.value.exit_code == 2


def test_free_text_that_is_not_read_is_noted(given):
    rows = "".join(f'"{said} {at}","{said[::-1]} {at}"\n' for at in range(5) for said in SAID)
    source = read([given(f"review,internal memo\n{rows}")]).sources[0]
    assert any("internal memo" in note for note in source.notes)


def test_everything_else_stays_as_it_came(given):
    path = given("id,review,rating,author,colour,size\n7,it broke,4,kim,red,\n")
    (record,) = read([path]).records
    assert record.metadata == {"rating": "4", "colour": "red", "size": ""}
    assert (record.id, record.author, record.rating) == ("7", "kim", 4.0)


def test_inspect_says_what_and_why(given):
    good = given("id,review,day\n1,it broke after a day,2024-01-02\n2,,2024-01-03\n", "good.csv")
    bad = given("x,y\n1,2\n3,4\n", "bad.csv")
    first, second = inspect([good, bad])
    assert {column.name: column.role for column in first.columns} == {
        "id": "id",
        "review": "text",
        "day": "date",
    }
    assert all(column.why for column in first.columns)
    assert (first.records, first.rejected, first.dated, first.complete) == (1, {"no_text": 1}, 1, True)
    assert second.problem is not None
    assert "--text-column" in (second.hint or "")
    assert [column.kind for column in second.columns] == ["number", "number"]


def test_dates_follow_the_language_of_the_text(given):
    german = given("datum;bewertung\n03.04.2024;die Lampe ist nicht gut und das Licht auch nicht\n", "de.csv")
    english = given("date,review\n03/04/2024,the lamp is not good and the light is not\n", "en.csv")
    records = read([german, english]).records
    assert records[0].created_at == datetime(2024, 4, 3)
    assert records[1].created_at == datetime(2024, 3, 4)


@pytest.mark.parametrize(
    "name", ["jane.doe@example.com", "call 010-7394-6158", "the lamp broke after one day of use, " * 2]
)
def test_a_header_that_may_be_somebodys_row_is_not_quoted(name):
    with pytest.raises(VocError) as caught:
        mapped({name: SAID, "Mood": ["good", "bad"]}, ReadOptions(text_column="Words"))
    told = f"{caught.value.message} {caught.value.hint}"
    assert name[:12] not in told
    assert f"(one of {len(name)} characters), Mood" in told

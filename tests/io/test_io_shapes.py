import json
from datetime import datetime

import pytest

from voc.errors import VocError
from voc.io import ReadOptions, read, shapes


def test_google_play_console_in_utf16(given):
    header = (
        "Package Name,App Version Code,App Version Name,Reviewer Language,Device,Review Submit Date and Time,"
        "Review Submit Millis Since Epoch,Review Last Update Date and Time,Review Last Update Millis Since Epoch,"
        "Star Rating,Review Title,Review Text,Developer Reply Date and Time,Developer Reply Millis Since Epoch,"
        "Developer Reply Text,Review Link"
    )
    rows = [
        "com.hanul,12,1.2.0,ko,a52,2024-03-05T10:20:30Z,1709634030000,2024-03-06T10:20:30Z,1709720430000,1,,앱이 자꾸 꺼져요,2024-03-07T00:00:00Z,1709769600000,죄송합니다. 곧 고치겠습니다,https://play/1",
        "com.hanul,12,1.2.0,en,pixel,2024-03-05T11:20:30Z,1709637630000,,,5,Nice,Works well,,,,https://play/2",
        "com.hanul,12,1.2.0,de,pixel,2024-03-05T12:20:30Z,1709641230000,,,4,,,,,,",
    ]
    corpus = read([given("\n".join([header, *rows]), encoding="utf-16")])
    source = corpus.sources[0]
    assert (source.shape, source.encoding) == ("google-play", "utf-16")
    assert [record.text for record in corpus.records] == ["앱이 자꾸 꺼져요", "Nice\nWorks well"]
    first = corpus.records[0]
    assert (first.rating, first.language, first.author) == (1.0, "ko", None)
    assert first.created_at == datetime(2024, 3, 5, 10, 20, 30)
    assert first.id == "https://play/1"
    assert [item.code for item in corpus.rejected] == ["no_text"]


def test_app_store_connect(given):
    review = {
        "type": "customerReviews",
        "id": "r1",
        "attributes": {
            "rating": 2,
            "title": "Crashes",
            "body": "It closes at once",
            "reviewerNickname": "kim",
            "createdDate": "2024-03-05T07:04:00-08:00",
            "territory": "KOR",
        },
        "relationships": {"response": {"links": {"self": "https://example.org"}}},
    }
    corpus = read([given(json.dumps({"data": [review], "links": {"self": "x"}}), "reviews.json")])
    (record,) = corpus.records
    assert corpus.sources[0].shape == "app-store-connect"
    assert (record.text, record.rating, record.author, record.id) == (
        "Crashes\nIt closes at once",
        2.0,
        "kim",
        "r1",
    )
    assert record.created_at == datetime(2024, 3, 5, 15, 4)


def test_app_store_feed(given):
    entry = {"id": {"label": "9"}, "title": {"label": "Meh"}, "content": {"label": "Too slow"}, "im:rating": {"label": "2"}, "author": {"name": {"label": "lee"}}, "updated": {"label": "2024-03-05T07:04:00-07:00"}}  # fmt: skip
    corpus = read(
        [given(json.dumps({"feed": {"author": {"name": {"label": "x"}}, "entry": [entry]}}), "feed.json")]
    )
    (record,) = corpus.records
    assert (corpus.sources[0].shape, record.text, record.rating) == ("app-store-feed", "Meh\nToo slow", 2.0)


def ticket(**more):
    base = {"id": 1, "subject": "Broken lamp", "description": "It broke.", "requester_id": 10, "status": "open", "created_at": "2024-03-05T15:04:00Z"}  # fmt: skip
    return {**base, **more}


def test_zendesk_only_the_customers_comments(given):
    comments = [
        {"author_id": 10, "body": "It broke.", "public": True},
        {"author_id": 99, "body": "So sorry to hear that!", "public": True},
        {"author_id": 99, "body": "Angry one, careful", "public": False},
        {"author_id": 10, "body": "Still no answer.", "public": True},
    ]
    corpus = read([given(json.dumps({"tickets": [ticket(comments=comments)], "count": 1}), "zendesk.json")])
    (record,) = corpus.records
    assert corpus.sources[0].shape == "zendesk-tickets"
    assert record.text == "Broken lamp\nIt broke.\n\nStill no answer."
    assert (record.id, record.author, record.channel) == ("1", "10", "email")
    assert record.metadata["turns_customer"] == 2
    assert "sorry" not in str(record.metadata)


def test_zendesk_roles_by_name_and_tickets_that_agents_opened(given):
    opened_by_agent = ticket(
        id=2,
        description="Calling back about the order",
        comments=[
            {"author": {"role": "agent"}, "body": "Calling back about the order"},
            {"author": {"role": "end-user"}, "body": "I never got it"},
        ],
    )
    silent = ticket(
        id=3,
        subject="",
        description="Note to self",
        comments=[{"author": {"role": "agent"}, "body": "Note to self"}],
    )
    corpus = read([given("\n".join(map(json.dumps, [opened_by_agent, silent])), "z.jsonl")])
    assert [record.text for record in corpus.records] == ["Broken lamp\n\nI never got it"]
    assert [item.code for item in corpus.rejected] == ["not_customer"]


def test_zendesk_turns_of_unknown_people_are_noted(given):
    item = ticket(comments=[{"body": "Who says this?"}])
    corpus = read([given(json.dumps({"tickets": [item]}), "z.json")])
    assert corpus.records[0].text == "Broken lamp\nIt broke."
    assert any("Turns left out" in note for note in corpus.sources[0].notes)


def test_intercom(given):
    talk = {
        "id": "c1",
        "created_at": 1709651040,
        "source": {
            "subject": "",
            "body": "<p>Where is my parcel?</p>",
            "author": {"type": "user", "id": "u1"},
        },
        "conversation_parts": {
            "conversation_parts": [
                {"body": "<p>Let me look</p>", "author": {"type": "admin", "id": "a1"}},
                {"body": None, "author": {"type": "bot"}},
                {"body": "<p>Thanks!</p>", "author": {"type": "user", "id": "u1"}},
            ]
        },
    }
    corpus = read(
        [given(json.dumps({"type": "conversation.list", "conversations": [talk]}), "intercom.json")]
    )
    (record,) = corpus.records
    assert (corpus.sources[0].shape, record.channel, record.author) == ("intercom", "chat", "u1")
    assert record.text == "<p>Where is my parcel?</p>\n\n<p>Thanks!</p>"
    assert record.created_at == datetime(2024, 3, 5, 15, 4)


def test_trustpilot(given):
    path = given(
        "Review Id,Review Created (UTC),Review Consumer User Id,Review Title,Review Content,Review Stars,Source Of Review,Review Language,Domain URL,Company Reply Date (UTC)\n"
        "t1,2024-03-05 15:04:00,u1,Late,It came three weeks late,1,Organic,en,example.org,2024-03-06 10:00:00\n"
    )
    corpus = read([path])
    (record,) = corpus.records
    assert corpus.sources[0].shape == "trustpilot"
    assert (record.text, record.rating, record.author, record.language) == (
        "Late\nIt came three weeks late",
        1.0,
        "u1",
        "en",
    )
    assert record.created_at == datetime(2024, 3, 5, 15, 4)


def test_surveymonkey_with_its_second_header_row(given):
    path = given(
        "Respondent ID,Collector ID,Start Date,End Date,IP Address,How likely is it that you would recommend us?,What could we do better?,Which of these do you own?,\n"
        ",,,,,,Open-Ended Response,Lamp,Vacuum\n"
        "11,5,03/05/2024 3:04:00 PM,03/05/2024 3:09:00 PM,,3,Answer the phone when people call,Lamp,\n"
        "12,5,03/25/2024 3:04:00 PM,03/25/2024 3:05:00 PM,,10,,,Vacuum\n"
    )
    corpus = read([path])
    (record,) = corpus.records
    assert corpus.sources[0].shape == "surveymonkey"
    assert (record.id, record.source_row, record.nps, record.channel) == ("11", 1, 3, "survey")
    assert record.text == "Answer the phone when people call"
    assert record.metadata["Which of these do you own? / Lamp"] == "Lamp"
    assert record.created_at == datetime(2024, 3, 5, 15, 4)
    assert [(item.code, item.source_row) for item in corpus.rejected] == [("no_text", 2)]


def test_qualtrics_with_its_labels_and_import_ids(given):
    path = given(
        "StartDate,EndDate,Progress,ResponseId,RecordedDate,Q1,Q2\n"
        "Start Date,End Date,Progress,Response ID,Recorded Date,How likely are you to recommend us?,What could we do better?\n"
        '"{""ImportId"":""startDate""}","{""ImportId"":""endDate""}",x,y,z,"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\n'
        "2024-03-05 15:00:00,2024-03-05 15:04:00,100,R_1,2024-03-05 15:04:00,2,Answer the phone when people call\n"
    )
    corpus = read([path])
    (record,) = corpus.records
    assert corpus.sources[0].shape == "qualtrics"
    assert (record.id, record.source_row, record.nps) == ("R_1", 1, 2)
    assert record.text == "Answer the phone when people call"
    assert record.created_at == datetime(2024, 3, 5, 15, 4)


def test_delighted_scores_are_nps(given):
    corpus = read([given("Response ID,Date,Score,Comment,Person ID\n1,2024-03-05,9,Works well,7\n")])
    assert (corpus.records[0].nps, corpus.records[0].rating) == (9, None)


@pytest.mark.parametrize(
    ("stamp", "question", "answers"),
    [
        (
            "Timestamp",
            "What could we do better?",
            ["please answer the phone faster", "make the app less slow"],
        ),
        (
            "타임스탬프",
            "개선되었으면 하는 점은 무엇인가요?",
            ["배송이 조금 더 빨랐으면 좋겠어요", "앱이 너무 자주 꺼져요 고쳐주세요"],
        ),
        (
            "タイムスタンプ",
            "改善してほしい点は何ですか？",
            ["配送をもう少し早くしてほしいです", "アプリが落ちるのを直してください"],
        ),
    ],
)
def test_google_forms(given, stamp, question, answers):
    path = given(
        f"{stamp},만족도,{question}\n2024/03/05 3:04:00 PM,5,{answers[0]}\n2024/03/06 9:00:00 AM,1,{answers[1]}\n"
    )
    corpus = read([path])
    assert corpus.sources[0].shape == "google-forms"
    assert [record.text for record in corpus.records] == answers
    assert corpus.records[0].channel == "survey"
    assert corpus.records[0].created_at == datetime(2024, 3, 5, 15, 4)


def test_amazon_dataset_and_json(given):
    table = given(
        "marketplace\tcustomer_id\treview_id\tproduct_title\tstar_rating\thelpful_votes\treview_headline\treview_body\treview_date\n"
        'US\t7\tR1\tLamp\t2\t5\tMeh\t"Great" it is not\t2015-08-31\n',
        "amazon.tsv",
    )
    lines = given(
        '{"reviewerID": "A1", "asin": "B1", "helpful": [0, 2], "reviewText": "It hums", "overall": 2.0, "summary": "Noisy", "unixReviewTime": 1709651040}\n',
        "amazon.jsonl",
    )
    corpus = read([table, lines])
    assert [source.shape for source in corpus.sources] == ["amazon", "amazon-json"]
    assert corpus.records[-1].text == "Noisy\nIt hums"
    assert corpus.records[-1].rating == 2.0
    assert corpus.rows_read == 2


CHAT = [
    {"conversation_id": 1, "speaker": "Customer", "time": "2024-03-05 15:04", "text": "hello, it is broken"},
    {"conversation_id": 1, "speaker": "Agent Kim", "time": "2024-03-05 15:05", "text": "what is broken?"},
    {"conversation_id": 1, "speaker": "customer", "time": "2024-03-05 15:06", "text": "the lamp"},
    {"conversation_id": 1, "speaker": "BOT", "time": "2024-03-05 15:06", "text": "please rate us"},
]


def test_chat_log_keeps_only_the_customers_turns(given):
    corpus = read([given("\n".join(map(json.dumps, CHAT)), "chat.jsonl")])
    assert corpus.sources[0].shape == "chat-log"
    assert [record.text for record in corpus.records] == ["hello, it is broken", "the lamp"]
    assert [(item.code, item.source_row) for item in corpus.rejected] == [
        ("not_customer", 2),
        ("not_customer", 4),
    ]
    assert {record.channel for record in corpus.records} == {"chat"}
    assert corpus.records[0].metadata["conversation_id"] == 1


def test_chat_log_in_korean_csv(given):
    path = given(
        "상담번호,화자,시간,내용\n1,고객,10:01,배송이 안 왔어요\n1,상담원,10:02,확인하겠습니다\n1,고객,10:03,네\n",
        encoding="cp949",
    )
    corpus = read([path])
    assert [record.text for record in corpus.records] == ["배송이 안 왔어요", "네"]
    assert len(corpus.rejected) == 1


def test_an_unknown_speaker_is_not_dropped(given):
    turns = [
        *CHAT * 5,
        {"conversation_id": 2, "speaker": "Anna K.", "time": "2024-03-05 15:06", "text": "me too"},
    ]
    corpus = read([given("\n".join(map(json.dumps, turns)), "chat.jsonl")])
    assert corpus.records[-1].text == "me too"


def test_talks_with_their_turns_in_a_list(given):
    talk = {
        "conversation_id": "c7",
        "messages": [{"role": "user", "content": "it broke"}, {"role": "assistant", "content": "sorry"}],
    }
    corpus = read([given(json.dumps([talk, talk]), "talks.json")])
    assert [record.text for record in corpus.records] == ["it broke", "it broke"]
    assert [item.code for item in corpus.rejected] == ["not_customer"] * 2
    assert [record.source_row for record in corpus.records] == [1, 3]
    assert corpus.records[0].metadata["conversation_id"] == "c7"


def test_a_role_column_of_reviews_is_no_chat(given):
    path = given("role,text\nmanager,it broke after a day\nengineer,works well so far\n")
    corpus = read([path])
    assert corpus.sources[0].shape is None
    assert len(corpus.records) == 2


def test_a_shape_can_be_named_and_must_fit(given):
    path = given("id,text\n1,fine\n")
    with pytest.raises(VocError, match="Star Rating") as caught:
        read([path], ReadOptions(shape="google-play"))
    assert caught.value.exit_code == 2
    with pytest.raises(VocError, match="google-play"):
        read([path], ReadOptions(shape="googleplay"))


def test_a_shape_of_ones_own(given):
    own = given(
        "name: own\ntitle: our tool\nrecognise: [said]\nchannel: email\ncolumns: {text: [said], rating: null}\n",
        "own.yaml",
    )
    path = given("said,stars\nit broke after a day,4\n")
    (record,) = read([path], ReadOptions(shape=str(own))).records
    assert (record.text, record.channel, record.rating) == ("it broke after a day", "email", None)
    for bad in (given("name: x\n", "bad.yaml"), given("a: [", "worse.yaml"), path.parent / "none.yaml"):
        with pytest.raises(VocError, match=bad.stem):
            read([path], ReadOptions(shape=str(bad)))


def test_a_columns_option_wins_over_the_shape(given):
    path = given(json.dumps({"tickets": [ticket(comments=[], note="the lamp hums")]}), "z.json")
    assert read([path], ReadOptions(text_column="note")).records[0].text == "the lamp hums"


def test_every_shape_is_well_formed():
    found = shapes.all_shapes()
    assert len({shape.name for shape in found}) == len(found) >= 12
    roles = {
        "text",
        "date",
        "rating",
        "nps",
        "author",
        "id",
        "language",
        "product",
        "version",
        "country",
        "channel",
    }
    for shape in found:
        assert shape.recognise
        assert set(shape.columns) <= roles
        assert shape.channel in ("review", "email", "chat", "survey")

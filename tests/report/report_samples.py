"""A made-up company's feedback: tables as the models would hand them on, and a run.json to match."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from voc.config import KEYS, PrioritySettings, Settings, TrendSettings
from voc.insight.issues import build_issues
from voc.report.context import build_report
from voc.report.html import render_html
from voc.report.markdown import render_markdown
from voc.types import TopicInfo

URGENCY = {"bug_report": 0.8, "delivery_problem": 0.6, "refund_request": 0.8, "billing_dispute": 0.9, "praise": 0.0,
           "product_defect": 0.8, "account_access": 0.7, "price_complaint": 0.4, "feature_request": 0.3, "how_to": 0.3,
           "service_complaint": 0.7, "safety_or_legal": 1.0, "other": 0.0}  # fmt: skip
P = {"negative": (0.86, 0.1, 0.04), "neutral": (0.12, 0.76, 0.12), "positive": (0.04, 0.1, 0.86)}
START, DAYS = datetime(2026, 1, 5, 9), 175

# (label, keywords, intent, sentiment, share of records, shape over time, mean stars, [(language, text)])
THEMES = [
    ("app crash map", "app crash map update", "bug_report", "negative", 0.10, "grows", 1.4, [
        ("en", "Since Tuesday's update the app closes the second I tap on the floor map."),
        ("en", "crashes on start. reinstalled twice, same thing, pixel 8"),
        ("ko", "업데이트하고 나서 지도만 누르면 앱이 꺼져요. 청소 예약도 못 하고 있습니다."),
        ("de", "Seit dem Update stürzt die App ab, sobald ich den Grundriss öffne."),
        ("ja", "アップデート後、マップを開くとアプリが落ちます。早く直してください。"),
        ("ar", "التطبيق يتوقف عن العمل كلما فتحت الخريطة بعد التحديث الأخير"),
        ("en", "Great robot, shame the app dies whenever the map loads 😤")]),
    ("parcel late courier", "parcel late courier tracking", "delivery_problem", "negative", 0.12, "flat", 2.1, [
        ("en", "Ordered for Friday, parcel turned up the following Thursday and nobody could say where it had been."),
        ("en", "tracking said 'out for delivery' for five days straight"),
        ("fr", "Le colis devait arriver lundi, je l'ai reçu neuf jours plus tard sans un mot d'excuse."),
        ("ko", "오늘 도착이라더니 일주일째 물류센터에 멈춰 있네요ㅠㅠ"),
        ("es", "El repartidor dijo que pasó dos veces, pero yo estuve todo el día en casa.")]),
    ("battery drain vacuum", "battery drain charge vacuum", "product_defect", "negative", 0.09, "flat", 1.9, [
        ("en", "Battery is down to 20 % after one small bedroom, and it's only four months old."),
        ("de", "Der Akku hält keine halbe Stunde mehr, früher hat er die ganze Wohnung geschafft."),
        ("ko", "처음엔 한 시간 넘게 돌았는데 이제 거실만 하고 충전하러 갑니다."),
        ("en", "It spends more time on the dock than on the floor.")]),
    ("charged twice card", "charge twice card subscription", "billing_dispute", "negative", 0.04, "flat", 1.3, [
        ("en", "You charged my card twice for the same filter box and the bank wants a letter from you."),
        ("pt", "Cobraram duas vezes a assinatura e ninguém me devolve o dinheiro."),
        ("en", "Free trial ended early?? 39.90 gone without any warning")]),
    ("refund waiting weeks", "refund wait return weeks", "refund_request", "negative", 0.05, "flat", 1.5, [
        ("en", "Sent it back on the 3rd of March and I am still waiting for my money."),
        ("ko", "반품한 지 3주가 넘었는데 환불이 안 들어왔어요. 언제 처리되나요?"),
        ("it", "Reso consegnato da un mese, del rimborso nessuna traccia.")]),
    ("wifi pairing fails", "wifi pair connect router", "bug_report", "negative", 0.06, "fixed", 2.2, [
        ("en", "Pairing gets to 90 % and then says the device can't be found."),
        ("ja", "Wi-Fiに接続できず、何度やり直してもエラーになります。"),
        ("de", "Verbindung mit dem WLAN bricht jede Nacht ab, morgens ist alles offline.")]),
    ("verification code login", "code login verification", "account_access", "negative", 0.04, "new", 1.8, [
        ("en", "The six digit code never arrives, not by text, not by mail."),
        ("ko", "인증번호가 안 와서 로그인을 못 하고 있어요."),
        ("tr", "Doğrulama kodu gelmiyor, hesabıma giremiyorum.")]),
    ("support bot reply", "support bot reply person", "service_complaint", "negative", 0.06, "flat", 1.7, [
        ("en", "Four mails, four copies of the same answer. Is there anybody there?"),
        ("fr", "Impossible de parler à un être humain, le robot tourne en rond."),
        ("ko", "상담 챗봇이 같은 말만 반복해요. 사람이랑 얘기하고 싶습니다.")]),
    ("noise night grinding", "noise night grind loud", "product_defect", "negative", 0.05, "fades", 2.6, [
        ("en", "It grinds like a coffee mill whenever it turns left."),
        ("zh", "晚上开着太吵了，隔壁房间都能听到。"),
        ("de", "Nachts unbenutzbar, so laut ist das Gebläse.")]),
    ("price filter club", "price filter club rise", "price_complaint", "negative", 0.04, "flat", 2.4, [
        ("en", "Filter Club went from 9 to 14 a month. For paper filters."),
        ("es", "La suscripción subió casi un 50 % sin avisar.")]),
    ("charger hot smell", "charger hot smell smoke", "safety_or_legal", "negative", 0.012, "flat", 1.0, [
        ("en", "The charging dock got so hot that it left a brown mark on our floor."),
        ("ko", "충전기에서 타는 냄새가 나서 바로 뽑았습니다. 너무 무서웠어요.")]),
    ("room schedule widget", "room schedule widget wish", "feature_request", "neutral", 0.05, "flat", 4.0, [
        ("en", "Would love a separate schedule for each room, and a widget please."),
        ("ko", "방마다 예약 시간을 따로 정할 수 있으면 좋겠어요."),
        ("ja", "ウィジェットから掃除を始められると嬉しいです。")]),
    ("filter change how", "filter change how often", "how_to", "neutral", 0.03, "flat", 4.1, [
        ("en", "How often should the filter be changed if we have two cats?"),
        ("pt", "Como faço para zerar o aviso do filtro?")]),
    ("cleans well corners", "clean well corner hair", "praise", "positive", 0.13, "flat", 4.8, [
        ("en", "Picks up dog hair like nothing else we've owned, even in the corners."),
        ("ar", "تنظيف ممتاز حتى في الزوايا، أنصح به بشدة"),
        ("ko", "머리카락까지 깨끗하게 청소해 줘서 정말 만족합니다."),
        ("de", "Saugt hervorragend, auch unter dem Sofa.")]),
    ("fast delivery packaging", "fast delivery packaging", "praise", "positive", 0.06, "flat", 4.7, [
        ("en", "Arrived the next morning, beautifully packed."),
        ("fr", "Livraison très rapide et emballage soigné, merci !")]),
    ("quiet lamp design", "lamp design quiet light", "praise", "positive", 0.04, "flat", 4.6, [
        ("en", "The lamp looks far more expensive than it was, and the light is lovely."),
        ("ja", "デザインがとても気に入っています。")]),
]  # fmt: skip
LOOSE = [("en", "bought it in march"), ("ko", "음 글쎄요"), ("en", "ok"), ("de", "siehe oben")]
WEIGHTS = {
    "flat": lambda t: np.ones_like(t),
    "grows": lambda t: 0.4 + 3.2 * np.clip(t - 0.6, 0, 1) / 0.4,
    "fixed": lambda t: np.where(t < 0.62, 1.0, 0.0),
    "fades": lambda t: np.where(t < 0.7, 1.0, 0.25),
    "new": lambda t: np.where(t > 0.84, 1.0, 0.0),
}


def tables(count=1400, themes=THEMES, dated=True, seed=3):
    random = np.random.default_rng(seed)
    shares = np.array([theme[4] for theme in themes] + [0.08])
    records, segments, moment = [], [], np.linspace(0, 1, 400)
    for number in range(count):
        kind = int(random.choice(len(shares), p=shares / shares.sum()))
        also = int(random.choice(len(themes))) if kind < len(themes) and random.random() < 0.12 else None
        loose = kind == len(themes)
        chances = WEIGHTS["flat" if loose else themes[kind][5]](moment)
        when = START + timedelta(days=float(random.choice(moment, p=chances / chances.sum())) * DAYS)
        stars = 3 if loose else int(np.clip(round(random.normal(themes[kind][6], 0.7)), 1, 5))
        said = [_say(random, themes, topic) for topic in (kind, also) if topic is not None]
        record = f"r{number:05d}"
        offset = 0
        for index, (topic, language, text, mood, intent) in enumerate(said):
            segments.append((f"{record}#{index}", record, offset, offset + len(text), text, language, mood, *P[mood], intent,
                             round(float(random.uniform(0.55, 0.97)), 2), topic, f"t{topic:03d}" if topic >= 0 else None))  # fmt: skip
            offset += len(text) + 1
        records.append((record, when if dated else None, stars, f"a_{random.integers(count):05d}", " ".join(s[2] for s in said),
                        said[0][1], said[0][3]))  # fmt: skip
    return _feedback(records, random), _segments(segments)


def _say(random, themes, topic):
    if topic >= len(themes):
        language, text = LOOSE[int(random.integers(len(LOOSE)))]
        return -1, language, text, "neutral", "other"
    _, _, intent, mood, _, _, _, texts = themes[topic]
    language, text = texts[min(int(random.exponential(1.4)), len(texts) - 1)]
    if random.random() < 0.12:
        mood = "neutral"
    return topic, language, text, mood, intent if random.random() < 0.85 else "other"


def _feedback(records, random):
    names = ["id", "created_at", "rating", "author", "text", "language", "sentiment"]
    table = pd.DataFrame(records, columns=names)
    table["created_at"] = pd.to_datetime(table["created_at"]).astype("datetime64[us]")
    table["rating"] = table["rating"].astype("float64")
    table["nps"] = pd.array([None] * len(table), dtype="Int64")
    copies = random.random(len(table)) < 0.03
    first = table["id"].iloc[0] if len(table) else None
    table["duplicate_of"] = (
        np.where(copies & (np.arange(len(table)) > 0), first, None) if len(table) else None
    )
    table["duplicate_of"] = table["duplicate_of"].astype("object")
    return table


def _segments(rows):
    names = ["segment_id", "record_id", "start", "end", "text", "language", "sentiment", "p_negative", "p_neutral",
             "p_positive", "intent", "intent_confidence", "topic", "issue_id"]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    table["issue_id"] = table["issue_id"].astype("object")
    return table


def topics(segments, themes=THEMES):
    found = segments.reset_index(drop=True).dropna(subset=["issue_id"]).groupby("topic")
    return {
        int(topic): TopicInfo(
            int(topic),
            f"t{topic:03d}",
            themes[topic][0],
            tuple(themes[topic][1].split()),
            tuple(rows.index[:40]),
        )
        for topic, rows in found
    }


def ranked(feedback, segments, themes=THEMES):
    return build_issues(
        feedback, segments, topics(segments, themes), PrioritySettings(), TrendSettings(), URGENCY
    )


def run_json(feedback, segments, language="en"):
    kept = feedback["duplicate_of"].isna()
    settings = {key: {"value": _value(key), "from": "default"} for key in KEYS}
    settings["report.language"] = {"value": language, "from": "flag"}
    settings["trends.fdr"] = {"value": 0.05, "from": "pipeline reviews.yaml"}
    return {
        "voc": "0.1.0",
        "title": "",
        "report_language": language,
        "inputs": [
            {"name": "play_store.csv", "format": "csv", "encoding": "utf-16", "rows": len(feedback) // 2, "sheet": None, "shape": "google_play",
             "mapping": {"text": "Review Title + Review Text", "date": "Review Submit Date", "rating": "Star Rating"}, "notes": []},
            {"name": "설문_6월.xlsx", "format": "xlsx", "encoding": None, "rows": len(feedback) - len(feedback) // 2, "sheet": "응답", "shape": None,
             "mapping": {"text": "의견", "date": "응답일", "rating": "별점", "author": "고객"}, "notes": ["Dates are day first."]},
        ],
        "counts": {
            "rows_read": len(feedback) + 12, "records_kept": int(kept.sum()), "duplicates": int((~kept).sum()), "rejected": 12,
            "rejected_by_code": {"malformed": 3, "no_text": 9}, "redactions": {"EMAIL": 31, "PHONE": 12, "ORDER_NO": 4},
        },
        "settings": settings,
        "models": {"encoder": "embedded:1f0c9ab2", "sentiment": "embedded:77aa01ce", "intent": "embedded:b2c3d4e5"},
        "timings": {"encode": 12.3},
        "notes": [],
    }  # fmt: skip


def _value(key):
    node = Settings()
    for part in key.split("."):
        node = getattr(node, part)
    return node


def many_themes(count):
    """``count`` topics made from the hand-written ones, each with a label of its own."""
    return [
        (f"{theme[0]} {n}", theme[1], *theme[2:4], 0.001 + 0.01 / (1 + n), *theme[5:7],
         [(code, f"{text} ({n})") for code, text in theme[7]])
        for n in range(count)
        for theme in [THEMES[n % len(THEMES)]]
    ]  # fmt: skip


class Page:
    """A report of the sample company, in every format."""

    def __init__(self, language="en", themes=THEMES, run=None, by=(), **options):
        self.feedback, self.segments = tables(themes=themes, **options)
        places = np.arange(len(self.feedback))
        self.feedback["source_file"] = np.where(places % 2, "play_store.csv", "설문_6월.xlsx")
        self.feedback["source_row"] = places + 1
        for name in by:
            self.feedback[name] = np.array(["Kettle", "Robot vacuum", "Lamp"])[places % 3]
        self.issues = ranked(self.feedback, self.segments, themes)
        self.run = run_json(self.feedback, self.segments, language) | (run or {})
        self.run["settings"]["insight.by"] = {"value": list(by), "from": "flag" if by else "default"}
        self.report, self.words = build_report(self.issues, self.feedback, self.segments, self.run)

    @property
    def html(self):
        return render_html(self.report, self.words)

    @property
    def markdown(self):
        return render_markdown(self.report, self.words)

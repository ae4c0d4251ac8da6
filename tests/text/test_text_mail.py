"""What a customer wrote in a mail, without what the mail program and politeness added."""

from __future__ import annotations

import pytest

from voc.text.clean import clean

REPLIES = {
    "en": "Still broken.\n\nOn Mon, Jan 5, 2024 at 3:14 PM Shop Support <help@shop.com> wrote:\n> Hello\n> Please try",
    "en, wrapped": "Still broken.\n\nOn Mon, Jan 5, 2024 at 3:14 PM\nShop Support <help@shop.com> wrote:\n\n> Hello",
    "en, no marks": "Still broken.\n\nOn Jan 5, 2024, Shop <help@shop.com> wrote:\nHello,\nplease try",
    "outlook": "Still broken.\n\n-----Original Message-----\nFrom: Shop\nSent: Monday\nHello",
    "de": "Still broken.\n\nVon: Shop <h@shop.de>\nGesendet: Montag, 5. Januar 2024\nAn: mich\nBetreff: AW: x\n\nHallo",
    "de, line": "Still broken.\n\nAm 05.01.2024 um 15:14 schrieb Shop:\n> Hallo",
    "fr": "Still broken.\n\nLe ven. 5 janv. 2024 à 15:14, Shop <a@b.fr> a écrit :\n> Bonjour",
    "es": "Still broken.\n\nEl vie, 5 ene 2024 a las 15:14, Shop (<a@b.es>) escribió:\n> Hola",
    "pt": "Still broken.\n\nEm sex., 5 de jan. de 2024 às 15:14, Loja <a@b.br> escreveu:\n> Olá",
    "ko": "Still broken.\n\n2024년 1월 5일 (금) 오후 3:14, 고객센터 <a@b.com>님이 작성:\n> 안녕하세요",
    "ko, outlook": "Still broken.\n\n보낸 사람: 고객센터\n보낸 날짜: 2024년 1월 5일\n받는 사람: 나\n안녕하세요",
    "ja": "Still broken.\n\n2024年1月5日(金) 15:14 サポート <a@b.jp>のメッセージ:\n> こんにちは",
    "zh": "Still broken.\n\n在 2024年1月5日 15:14，客服 <a@b.cn> 写道：\n> 您好",
    "tr": "Still broken.\n\n5 Oca 2024 Cum, 15:14 tarihinde Mağaza <a@b.tr> şunu yazdı:\n> Merhaba",
    "ru": "Still broken.\n\nпт, 5 янв. 2024 г. в 15:14, Магазин <a@b.ru> написал(а):\n> Здравствуйте",
    "html": "<div>Still broken.</div><blockquote>Hello<br>there</blockquote>",
}


@pytest.mark.parametrize("case", REPLIES)
def test_quoted_replies_go(case: str) -> None:
    assert clean(REPLIES[case], "email") == "Still broken."


SIGNATURES = {
    "en": "The app crashes.\n\nBest regards,\nJohn Smith\n+1 555 123 4567",
    "en, one line": "The app crashes.\nKind regards, John",
    "dashes": "The app crashes.\n-- \nJohn Smith\nCEO, Acme",
    "de": "The app crashes.\n\nMit freundlichen Grüßen\nHans Müller",
    "fr": "The app crashes.\nCordialement,\nMarie",
    "es": "The app crashes.\nUn cordial saludo,\nAna",
    "ko": "The app crashes.\n\n감사합니다.\n김철수 드림",
    "ja": "The app crashes.\n\nよろしくお願いいたします。\n田中",
    "name and address": "The app crashes.\n\nPatricia Oakley (Mrs)\n020 7946 0321",
    "name and address, ja": "The app crashes.\n\n小林 大輔\ndaisuke.k@example.org\n080-1111-2222",
    "phone": "The app crashes.\n\nSent from my iPhone",
    "phone, de": "The app crashes.\nVon meinem iPhone gesendet",
    "phone, ko": "The app crashes.\n나의 iPhone에서 보냄",
    "phone, ja": "The app crashes.\n\niPhoneから送信",
    "phone, tr": "The app crashes.\niPhone'umdan gönderildi",
}


@pytest.mark.parametrize("case", SIGNATURES)
def test_signatures_go(case: str) -> None:
    assert clean(SIGNATURES[case], "email") == "The app crashes."


def test_answers_between_quotes_stay() -> None:
    mail = "> Did the update help?\nNo, it still fails.\n> And after a restart?\nThe same."
    assert clean(mail, "email") == "No, it still fails.\nThe same."


@pytest.mark.parametrize(
    "text",
    [
        "> only a quote",
        "Best regards,\nJohn",
        "Thanks",
        "On 5 May you wrote: it ships tomorrow. It did not, and I want my money back.",
        "Thanks\nYour support was a joke and nobody has called me back in over three weeks, so what now?",
        "From: the first day\nI was unhappy with this",
        "It broke.\n\nPlease call me on 020 7946 0321",
        "It broke.\n\nCall me\nand bring a new one",
        "My friend wrote:\nthis shop is bad",
    ],
)
def test_never_more_than_the_frills(text: str) -> None:
    assert clean(text, "email") == text


def test_only_mail_is_cut() -> None:
    text = "Nice.\n\nBest regards,\nJohn"
    assert clean(text, "review") == text

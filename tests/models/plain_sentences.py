"""Plain sentences whose sentiment no reader doubts, written for the tests only."""

from __future__ import annotations

SENTIMENT: dict[str, dict[str, list[str]]] = {
    "en": {
        "negative": [
            "The battery dies within an hour, I regret buying this phone",
            "Terrible experience, the waiter was rude and the soup was cold",
            "The jacket ripped the first time I wore it",
            "I have been waiting three weeks and my parcel still isn't here",
        ],
        "positive": [
            "Absolutely wonderful hotel, we loved every minute",
            "The headphones sound fantastic and are very comfortable",
            "Great service, thank you so much for your help",
            "My daughter is delighted with her new bike",
        ],
        "neutral": ["Does this lamp come with a bulb?", "I bought the 500 ml bottle in March"],
    },
    "ko": {
        "negative": [
            "이어폰 한쪽이 안 들려요. 불량품을 보냈네요",
            "직원이 불친절해서 기분이 나빴습니다",
            "배송이 2주나 걸렸어요. 다시는 안 삽니다",
            "국물이 너무 짜고 고기는 질겨서 못 먹겠어요",
        ],
        "positive": [
            "색감도 예쁘고 재질도 부드러워서 너무 마음에 들어요",
            "사장님이 친절하시고 음식도 정말 맛있었어요",
            "화질이 선명하고 소리도 좋아서 대만족입니다",
            "덕분에 문제 바로 해결했어요. 감사합니다!",
        ],
        "neutral": ["이 제품 충전 단자는 어떤 타입인가요?", "지난주 토요일에 두 명이서 방문했습니다"],
    },
    "ja": {
        "negative": [
            "一か月で壊れました。最悪です",
            "スタッフの対応がひどくて、とても不愉快でした",
            "料理が冷めていて、おいしくなかった",
            "何度問い合わせても返信がなく、困っています",
        ],
        "positive": [
            "とても使いやすくて大満足です",
            "景色がきれいで、温泉も最高でした",
            "店員さんが親切で気持ちよく買い物できました",
            "軽くて丈夫なので毎日愛用しています",
        ],
        "neutral": ["この商品の重さはどのくらいですか？", "先週の金曜日に注文しました"],
    },
    "zh": {
        "negative": [
            "质量太差了，穿一次就破了",
            "服务员态度恶劣，再也不会来了",
            "手机老是死机，非常失望",
            "快递慢得要命，盒子还被压坏了",
        ],
        "positive": [
            "非常满意，颜色漂亮，做工精细",
            "菜很好吃，服务也很周到",
            "音质很棒，戴着也舒服",
            "卖家很热情，发货也快，好评",
        ],
        "neutral": ["请问这个包的尺寸是多少？", "我是上周三买的"],
    },
    "de": {
        "negative": [
            "Der Staubsauger ist nach zwei Tagen ausgefallen, sehr ärgerlich",
            "Unfreundlicher Kellner und das Schnitzel war zäh",
            "Seit drei Wochen warte ich auf mein Paket, eine Frechheit",
            "Schlechte Verarbeitung, ich bin enttäuscht",
        ],
        "positive": [
            "Tolles Hotel, wir haben uns sehr wohlgefühlt",
            "Das Kleid ist wunderschön und sitzt wie angegossen",
            "Super Service, vielen Dank für die schnelle Hilfe",
            "Bin rundum zufrieden und kann es nur empfehlen",
        ],
        "neutral": ["Welche Batterien braucht das Gerät?", "Ich habe die Lampe im März gekauft"],
    },
    "fr": {
        "negative": [
            "Le grille-pain est tombé en panne au bout de deux jours, je suis déçu",
            "Serveur désagréable et plat froid, à éviter",
            "Trois semaines que j'attends mon colis, c'est inadmissible",
            "Qualité médiocre, la couture a lâché",
        ],
        "positive": [
            "Un séjour magnifique, la chambre était superbe",
            "Très satisfaite de cette robe, elle est ravissante",
            "Merci beaucoup pour votre aide, service au top",
            "Le son est excellent, je recommande",
        ],
        "neutral": ["Quelle est la taille de ce sac ?", "Je suis venu samedi dernier avec deux amis"],
    },
    "es": {
        "negative": [
            "La cafetera dejó de funcionar a los dos días, una estafa",
            "El camarero fue muy maleducado y la sopa estaba fría",
            "Llevo tres semanas esperando el paquete, una vergüenza",
            "Muy mala calidad, estoy decepcionada",
        ],
        "positive": [
            "Un hotel maravilloso, nos encantó todo",
            "El vestido es precioso y muy cómodo",
            "Excelente atención, muchas gracias por la ayuda",
            "El sonido es increíble, lo recomiendo",
        ],
        "neutral": ["¿Qué medidas tiene esta mesa?", "Compré la lámpara en marzo"],
    },
    "pt": {
        "negative": [
            "O liquidificador queimou no segundo dia, que decepção",
            "Garçom grosseiro e a sopa estava gelada",
            "Faz três semanas que espero a encomenda, um absurdo",
            "Qualidade horrível, me arrependi da compra",
        ],
        "positive": [
            "Hotel maravilhoso, adoramos cada momento",
            "O vestido é lindo e muito confortável",
            "Excelente atendimento, muito obrigada pela ajuda",
            "O som é incrível, recomendo demais",
        ],
        "neutral": ["Qual é a medida desta mesa?", "Comprei o abajur em março"],
    },
    "it": {
        "negative": [
            "Il frullatore si è bruciato il secondo giorno, che delusione",
            "Cameriere scortese e zuppa fredda, pessimo",
            "Aspetto il pacco da tre settimane, è una vergogna",
            "Qualità scadente, non lo ricomprerei",
        ],
        "positive": [
            "Albergo meraviglioso, ci siamo trovati benissimo",
            "Il vestito è bellissimo e molto comodo",
            "Servizio eccellente, grazie mille per l'aiuto",
            "Il suono è fantastico, lo consiglio a tutti",
        ],
        "neutral": ["Che misure ha questo tavolo?", "Ho comprato la lampada a marzo"],
    },
    "id": {
        "negative": [
            "Blendernya rusak di hari kedua, kecewa sekali",
            "Pelayannya kasar dan supnya dingin",
            "Sudah tiga minggu paket saya belum datang, parah",
            "Kualitasnya jelek, menyesal beli di sini",
        ],
        "positive": [
            "Hotelnya bagus sekali, kami sangat senang",
            "Bajunya cantik dan nyaman dipakai",
            "Pelayanan luar biasa, terima kasih banyak",
            "Suaranya jernih, saya sangat puas",
        ],
        "neutral": ["Berapa ukuran meja ini?", "Saya membeli lampu ini bulan Maret"],
    },
    "tr": {
        "negative": [
            "Blender ikinci gün bozuldu, çok pişmanım",
            "Garson çok kabaydı, çorba da buz gibiydi",
            "Üç haftadır paketimi bekliyorum, rezalet",
            "Kalitesi berbat, paranıza yazık",
        ],
        "positive": [
            "Harika bir otel, her anından keyif aldık",
            "Elbise çok güzel ve çok rahat",
            "Mükemmel hizmet, yardımınız için çok teşekkürler",
            "Ses kalitesi muhteşem, herkese öneririm",
        ],
        "neutral": ["Bu masanın ölçüleri nedir?", "Lambayı mart ayında satın aldım"],
    },
    "ar": {
        "negative": [
            "الخلاط احترق في اليوم الثاني، ندمت على شرائه",
            "النادل كان وقحا والشوربة باردة",
            "أنتظر الطرد منذ ثلاثة أسابيع، شيء مخجل",
            "جودة سيئة جدا ولا أنصح به",
        ],
        "positive": [
            "فندق رائع استمتعنا بكل لحظة",
            "الفستان جميل جدا ومريح",
            "خدمة ممتازة شكرا جزيلا على المساعدة",
            "الصوت مذهل وأنصح الجميع به",
        ],
        "neutral": ["ما هي مقاسات هذه الطاولة؟", "اشتريت المصباح في شهر مارس"],
    },
    "th": {
        "negative": [
            "เครื่องปั่นพังตั้งแต่วันที่สอง ผิดหวังมาก",
            "พนักงานพูดจาไม่ดี น้ำซุปก็เย็นชืด",
            "รอพัสดุมาสามอาทิตย์แล้วยังไม่ได้ แย่จริงๆ",
            "คุณภาพแย่มาก ไม่แนะนำให้ซื้อ",
        ],
        "positive": [
            "โรงแรมสวยมาก พักแล้วมีความสุข",
            "ชุดสวยมาก ใส่สบายสุดๆ",
            "บริการดีเยี่ยม ขอบคุณที่ช่วยเหลือค่ะ",
            "เสียงดีมาก แนะนำเลยครับ",
        ],
        "neutral": ["โต๊ะตัวนี้ขนาดเท่าไหร่คะ", "ซื้อโคมไฟมาเมื่อเดือนมีนาคม"],
    },
    "vi": {
        "negative": [
            "Máy xay hỏng ngay ngày thứ hai, quá thất vọng",
            "Phục vụ thô lỗ, súp thì nguội lạnh",
            "Chờ ba tuần rồi chưa nhận được hàng, quá tệ",
            "Chất lượng kém, phí tiền",
        ],
        "positive": [
            "Khách sạn tuyệt vời, cả nhà rất thích",
            "Váy đẹp lắm, mặc rất thoải mái",
            "Dịch vụ xuất sắc, cảm ơn đã hỗ trợ",
            "Âm thanh hay, rất hài lòng",
        ],
        "neutral": ["Cái bàn này kích thước bao nhiêu?", "Tôi mua cái đèn này hồi tháng ba"],
    },
    "ru": {
        "negative": [
            "Блендер сгорел на второй день, очень разочарован",
            "Официант нахамил, суп был холодный",
            "Три недели жду посылку, просто безобразие",
            "Качество ужасное, жалею о покупке",
        ],
        "positive": [
            "Замечательный отель, нам всё понравилось",
            "Платье очень красивое и удобное",
            "Отличный сервис, большое спасибо за помощь",
            "Звук потрясающий, всем рекомендую",
        ],
        "neutral": ["Какие размеры у этого стола?", "Купил лампу в марте"],
    },
    "hi": {
        "negative": [
            "मिक्सर दूसरे ही दिन जल गया, बहुत निराश हूँ",
            "वेटर ने बदतमीजी की और सूप ठंडा था",
            "तीन हफ्ते से पार्सल का इंतजार कर रहा हूँ, बहुत खराब सेवा",
            "घटिया क्वालिटी, बिल्कुल मत खरीदना",
        ],
        "positive": [
            "शानदार होटल, हमें बहुत मज़ा आया",
            "ड्रेस बहुत सुंदर और आरामदायक है",
            "बेहतरीन सेवा, मदद के लिए धन्यवाद",
            "आवाज़ कमाल की है, सबको लेना चाहिए",
        ],
        "neutral": ["इस मेज का आकार क्या है?", "मैंने यह लैंप मार्च में खरीदा था"],
    },
}

INTENT: dict[str, list[str]] = {
    "bug_report": ["The app crashes as soon as I tap the search button", "앱을 열면 오류가 뜨고 바로 꺼집니다", "アプリを開くとすぐに落ちます"],
    "product_defect": ["The handle broke off the pan on the second day", "의자 다리가 일주일 만에 부러졌어요", "買って三日でファスナーが壊れた"],
    "service_complaint": ["The receptionist was rude and ignored us for half an hour", "상담원이 너무 불친절하고 말을 끊어요", "店員の態度が本当にひどかった"],
    "delivery_problem": ["My package arrived soaked and one item is missing", "주문한 지 열흘인데 택배가 아직도 안 왔어요", "届いた商品の箱がつぶれていて一つ足りません"],
    "refund_request": ["Please refund my money, I never received the service", "돈 돌려받고 싶어요. 환불 부탁드려요", "返金してください"],
    "return_exchange": ["I'd like to exchange these shoes for a bigger size", "사이즈가 작아서 교환하고 싶어요", "サイズが合わないので交換したいです"],
    "cancellation": ["Please cancel my subscription from next month", "예약 취소하고 싶습니다", "定期購入を解約したいです"],
    "billing_dispute": ["I was charged twice for the same order", "같은 주문이 두 번 결제됐어요", "同じ注文で二重に請求されています"],
    "payment_problem": ["My card keeps getting declined at checkout", "카드 결제가 계속 실패해요", "クレジットカードで支払いができません"],
    "account_access": ["I can't log in, it says my password is wrong", "로그인이 안 되고 인증번호도 안 와요", "ログインできません。パスワードを忘れました"],
    "price_complaint": ["Way too expensive for such a small portion", "가격이 너무 비싸요", "値段が高すぎる"],
    "feature_request": ["It would be great if you added a dark mode", "다크 모드 추가해 주세요", "ダークモードを追加してほしい"],
    "how_to": ["How do I connect the printer to my laptop?", "블루투스 연결은 어떻게 하나요?", "この機能の使い方を教えてください"],
    "order_status": ["When will my order ship?", "제 주문 언제 출고되나요?", "注文した商品はいつ発送されますか"],
    "praise": ["I love it, best purchase of the year!", "정말 최고예요 추천합니다", "とても満足しています。最高です"],
    "churn_risk": ["I'm moving to your competitor, goodbye", "다른 통신사로 옮기려고요", "もう他社に乗り換えます"],
    "safety_or_legal": ["The charger caught fire and burned my hand", "충전기에서 연기가 나고 불이 붙었어요", "充電器から煙が出て火傷しました"],
    "talk_to_human": ["Let me talk to a real person please", "상담원 연결해 주세요", "機械ではなく担当者と直接話したいです"],
    "other": ["Good morning", "오늘 날씨가 좋네요", "今日はいい天気ですね"],
}  # fmt: skip
"""One sentence each in English, Korean and Japanese."""

import pytest
import Stemmer

from secondhop.text.analysis import Analyzer, split_forms
from secondhop.text.languages import CODES, LANGUAGES, detect_language, stopwords


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("english", "The contract is governed by the laws of England and it ends in May."),
        ("german", "Der Vertrag unterliegt dem deutschen Recht und die Parteien sind in Berlin."),
        ("french", "Le contrat est régi par le droit français et les parties sont à Paris."),
        ("french", "Il livre ce dont ils parlent, dont Anna rit, dont Paul pleure, dont Marie parle."),
        ("spanish", "El contrato se rige por las leyes de la ciudad y no por otras."),
        ("italian", "Il contratto è regolato dalla legge italiana e non da altre che sono simili."),
        ("portuguese", "O contrato é regido pela lei do Brasil e não por outras que são de fora."),
        ("dutch", "De overeenkomst wordt beheerst door het recht van het land en niet door andere."),
        ("swedish", "Avtalet är ett av de som inte gäller för oss och det är bra att veta."),
        ("russian", "Договор регулируется законом, и это не так просто, как она думает."),
        ("arabic", "هذا العقد يخضع إلى القانون في هذه الدولة و لا شيء غير ذلك"),
        ("turkish", "Bu sözleşme ile ilgili her şey ve daha fazlası için bir yer var."),
        ("greek", "Η σύμβαση διέπεται από το δίκαιο της χώρας και όχι από άλλο."),
        (
            "catalan",
            "El contracte és regit per les lleis de la ciutat i no per altres que són amb ell, però també això.",
        ),
        ("indonesian", "Perjanjian ini diatur oleh hukum dan tidak untuk yang lain, karena kami akan ada di sana."),
        ("irish", "Tá an conradh faoi réir ag an dlí agus ní bhfuil sé ar na daoine seo."),
        ("lithuanian", "Sutartis yra tokia, kad kai kas nors iš jų bus, tai ir mes apie ją."),
        ("serbian", "Уговор је закључен и није јасно шта је то што се каже или како су они."),
        ("armenian", "Այս պայմանագիրը և այն, որ մենք ենք, բայց նա է"),
        ("tamil", "இந்த ஒப்பந்தம் மற்றும் அது என்று அவர் என்பது"),
        ("nepali", "यो सम्झौता को लागि छ र पनि त्यो भने हो"),
        ("yiddish", "דער אָפּמאַך איז אונטער דעם געזעץ און נישט פֿון די"),
        ("basque", "Kontratua eta hau ez da, baina zen bezala dira"),
        ("polish", "Umowa podlega prawu polskiemu, a strony są tam, gdzie zawarto umowę."),
        ("czech", "Smlouva se řídí právem České republiky a strany jsou tam, kde byla uzavřena."),
        ("slovak", "Zmluva sa riadi právom Slovenskej republiky a strany sú tam, kde bola uzavretá."),
        ("slovenian", "Za pogodbo velja pravo države, v kateri je bila sklenjena, če ni drugače."),
        ("ukrainian", "Договір регулюється законом, і це не так просто, як вона думає."),
        ("estonian", "Lepingule kohaldatakse seda õigust, mis on riigis ja kus see oli sõlmitud."),
        ("vietnamese", "Hợp đồng này được điều chỉnh bởi luật của nước và không phải của nơi khác."),
        ("persian", "این قرارداد تابع قانون کشور است و با آن که در آن امضا شده بود"),
    ],
)
def test_a_language_is_known_by_its_function_words(language, text):
    assert detect_language([text]) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "合同受中国法律管辖",
        "123 456",
        "zebra giraffe lion",
        "return foo(bar)",
        "o + e = o - e",
        "for k, v in z: s += v; o = a",
    ],
)
def test_english_where_nothing_decides(text):
    assert detect_language([text]) == "english"


def test_a_few_foreign_words_do_not_decide():
    assert (
        detect_language(["The firm is called Le Monde. " + "It is in the city and it is the best of them. " * 5])
        == "english"
    )


def test_words_of_one_foreign_sentence_among_hundreds_do_not_decide():
    assert detect_language(["copper tin und nicht wird"]) == "german"
    assert detect_language(["copper tin lead zinc " * 100 + "und nicht wird"]) == "english"


def test_a_name_counts_as_little_as_one_word():
    assert (
        detect_language(["The gate opens at dawn. The guard is Ann Bell.", "Ann Bell", "Ann is here.", "Ann!", "Ann,3"])
        == "english"
    )
    names = ["Ann Mar", "Mo Bell"] * 5
    assert detect_language(["The gate opens at dawn for Ann Mar and Mo Bell, who is here.", *names]) == "english"
    assert detect_language(["TÁ ANN SEO. CHUAIGH SÉ THAR AN BALLA AGUS BHÍ AN MADRA LEIS."]) == "irish"


def test_each_language_but_none_has_a_code():
    assert set(CODES.values()) == set(LANGUAGES) - {"none"}
    assert not CODES.keys() & set(LANGUAGES)


def test_all_languages_but_none_have_stopwords():
    assert stopwords("none") == frozenset()
    for language in LANGUAGES:
        assert language == "none" or len(stopwords(language)) > 40
    assert {"the", "of", "is", "what"} <= stopwords("english")
    assert {"dont", "wasnt", "theyre", "whats"} <= stopwords("english")  # as people type them
    assert not {"law", "not found", "first", "cant", "im", "ill", "well"} & stopwords("english")


def test_every_word_of_a_list_is_one_that_the_analyzer_makes():
    for language in set(LANGUAGES) - {"none"}:
        analyzer = Analyzer(language)
        missed = [word for word in stopwords(language) if not all(map(_is_stopword(analyzer), split_forms(word)))]
        assert len(missed) <= 0.15 * len(stopwords(language)), (language, missed)


def _is_stopword(analyzer):
    return lambda form: not analyzer.analyze(form).terms


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("english", "Why isn't it, why doesnʼt it, I'm, I’d, I'll; what's, WHATS"),
        ("german", "Warum, wann, womit und wofür muss ich das bitte haben?"),
        ("german", "Gibt es das, darf man, wieviele, fuer wen?"),
        ("italian", "Dov'è, perché, perche?"),
        ("portuguese", "Por que não ou nao, desde quando?"),
        ("hungarian", "Mennyibe?"),
        ("greek", "Ποσο ειναι, γιατι;"),
        ("turkish", "Ne kadar var?"),
        ("russian", "Чей, чья?"),
        ("french", "Pourquoi, comment et combien peut-on ?"),
        ("spanish", "¿Cuánto y cuántas puedo? ¿Por qué? ¿Cuanto?"),
        ("portuguese", "Quantos posso ter?"),
        ("dutch", "Hoeveel en waarvoor moet ik?"),
        ("danish", "Hvordan og hvorfor kunne man, hvilken?"),
        ("finnish", "Miksi, mistä ja kuinka, onko?"),
        ("russian", "Почему, зачем и какого можно?"),
        ("hungarian", "Mennyi, hány, kinek és miből kell?"),
        ("greek", "Γιατί και πόσο πρέπει;"),
        ("turkish", "Nedir, kimin ve niçin?"),
        ("polish", "Dlaczego i ile można, którego?"),
        ("czech", "Proč a kolik musí, kterého?"),
        ("ukrainian", "Чому і скільки можна, якого?"),
        ("persian", "چرا و چگونه؟"),
    ],
)
def test_words_that_ask_say_nothing_of_the_subject(language, text):
    assert Analyzer(language).terms(text) == []


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("polish", "umowa umowy umowie umowę umową umowom"),
        ("polish", "Kowalski Kowalskiego Kowalskiemu Kowalskim"),
        ("czech", "smlouva smlouvy smlouvě smlouvu smlouvou"),
        ("slovak", "zmluva zmluvy zmluve zmluvu zmluvou"),
        ("estonian", "lepingu lepingut lepingus lepingud"),
        ("persian", "کتاب کتابها کتاب‌ها کتاب‌های"),
    ],
)
@pytest.mark.skipif("polish" not in Stemmer.algorithms(), reason="PyStemmer has these from 3.1 on")
def test_forms_of_a_word_share_a_term(language, forms):
    assert set.intersection(*(set(Analyzer(language).terms(form)) for form in forms.split()))


def test_a_language_without_a_stemmer_has_that_of_one_near_to_it():
    assert Analyzer("ukrainian").terms("договори законами") == Analyzer("russian").terms("договори законами")
    assert all(Analyzer(language).terms("zebra 3.11 зебра") for language in LANGUAGES)


def test_words_of_another_script_meet_the_stemmer_of_their_own():
    for language in ("english", "german", "arabic"):
        assert Analyzer(language).terms("договоры") == Analyzer("russian").terms("договор")
    assert Analyzer("russian").terms("The governed contracts") == Analyzer("english").terms("governing contract")
    assert Analyzer("none").terms("договоры") == ["договоры"]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("한국의 계약은 법을 따른다", "계약이"),
        ("東京都の条例に従う", "条例"),
        ("สัญญานี้อยู่ภายใต้กฎหมายไทย", "กฎหมาย"),
        ("ห้ามใช้ยานี้กับเด็ก", "ยา"),
        ("ห้ามใช้ยานี้กับเด็ก", "เด็ก"),
        ("ສັນຍານີ້ຢູ່ພາຍໃຕ້ກົດໝາຍ", "ກົດໝາຍ"),
        ("កិច្ចសន្យានេះស្ថិតនៅក្រោមច្បាប់", "ច្បាប់"),
        ("ဤစာချုပ်သည်ဥပဒေအောက်တွင်ရှိသည်", "ဥပဒေ"),
        ("合同受中国法律管辖", "法律"),
    ],
)
def test_a_word_is_found_inside_a_run_of_a_script_without_spaces(text, query):
    analyzer = Analyzer("english")
    assert set(analyzer.terms(query)) & set(analyzer.terms(text))


def test_letters_without_spaces_come_by_threes_and_by_twos():
    analyzer = Analyzer("english")
    assert split_forms("ยาเด็ก น้ำ") == ["ยาเ", "าเด", "เด็", "ด็ก", "็ก", "น้ำ", "้ำ"]
    assert analyzer.terms("ยาเด") == ["ยาเ", "ยา", "าเด", "าเ", "เด"]
    assert split_forms("北京市 中") == ["北京", "京市", "中"]

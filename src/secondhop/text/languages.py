"""Stopwords and stemmers by language, and a guess at the language of a text.

The lists hold function words only: articles, pronouns, prepositions, auxiliaries, question words. They are short on
purpose; a word that is frequent but means something is left to the inverse document frequency.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

_LISTS: Mapping[str, str] = {
    "english": """a about above after again against all am an and any are as at be because been before being below
        between both but by can could did do does doing down during each few for from further had has have having he
        her here hers herself him himself his how i if in into is it its itself just many me more most much my myself no nor not
        now of off on once only or other our ours ourselves out over own same she should so some such than that the
        their theirs them themselves then there these they this those through to too under until up very was we were
        what when where which while who whom why will with would you your yours yourself yourselves also may s t""",
    "german": """aber als am an auch auf aus bei bin bis bist da dann das dass dein dem den der des die dies diese
        dieser dieses doch du durch ein eine einem einen einer eines er es euer für hat hatte hatten ich ihr ihre im
        in ist ja jede jeder kann kein keine können man mein mit nach nicht noch nur ob oder ohne sein seine sich sie
        sind so um und uns unser unter vom von vor war waren was weil welche welcher welches wenn wer werden wie wir
        wird wo wurde wurden zu zum zur über""",
    "french": """a ai au aux avec ce ces cet cette comme d dans de des du elle elles en est et été être eu fut il ils
        j je l la le les leur leurs lui m ma mais me même mes mon n ne nos notre nous on ont ou où par pas plus pour
        qu quand que quel quelle quelles quels qui quoi s sa sans se ses si son sont sur t ta te tes toi ton tu un une
        vos votre vous y à était""",
    "spanish": """a al algo ante como con contra cual cuando cuál cuáles de del desde donde dónde e el ella ellas
        ellos en entre era es esa ese eso esta este esto estos está están fue fueron ha han hasta hay la las le les lo
        los me mi muy más ni no nos o para pero por porque que quien quién qué se ser si sin sobre son su sus también
        te tiene todo tu un una uno y ya yo él cómo cuándo""",
    "italian": """a ad ai al alla alle allo anche c che chi ci come con cosa cui da dagli dai dal dalla dalle dei del
        della delle dello di dove e ed era essere fu furono gli ha hanno i il in io la le lei li lo loro lui ma mi ne
        nei nel nella nelle noi non o ogni per perché più qual quale quali quando quello questa questo se si sono su
        sua sue sul sulla suo suoi tra tu un una uno vi voi è""",
    "portuguese": """a ao aos as com como da das de dela dele do dos e ela elas ele eles em entre era essa esse esta
        este eu foi foram há isso isto já lhe mais mas me mesmo meu muito na nas nem no nos não nós o onde os ou para
        pela pelas pelo pelos por porque qual quais quando que quem se sem ser seu seus sua suas são também te tem um
        uma você é à às""",
    "dutch": """aan al als bij dan dat de der die dit door een en er had haar hadden heb hebben heeft het hij hoe hun
        ik in is je kan maar me men met mijn naar niet nog nu of om omdat onder ons ook op over te tegen tot uit van
        veel voor waar waarom wanneer waren was wat we wel welke werd werden wie wij worden wordt ze zich zij zijn zo
        zou""",
    "swedish": """alla att av blev bli de dem den denna deras dess det detta dig din du där efter eller en ett finns
        från för ha hade han hans har hennes hon hur i icke ingen inte jag kan man med men mig min mot mycket ni nu
        när och om oss på samma sig sin sitt som så till under upp ut vad var vara vem vi vid vilka vilken över är""",
    "danish": """af alle at blev bliver da de dem den denne der deres det dette dig din du efter eller en end er et
        for fra ham han hans har havde hende hendes her hvad hvem hvis hvor hvornår i ikke ind jeg kan man med men mig
        min mod ned nogle nu når og også om op os over på sig sin skal som til ud under var ved vi være""",
    "norwegian": """alle at av ble bli da de deg dem den denne der deres det dette din du eller en enn er et etter for
        fra ha hadde han hans har henne her hun hva hvem hvilken hvis hvor hvordan i ikke jeg kan man med meg men min
        mot nå når og også om opp oss over på seg sin skal som til under ut var ved vi være""",
    "finnish": """ei eivät eli en ennen ja joka jonka jos jossa jotka kanssa koska kuin kuka kun me mikä missä miten
        mitä mukaan mutta myös ne niin nyt ole oli olivat olla on ovat sekä sen siitä sillä sitä te tai tämä vai vain
        voi hän he minä sinä että""",
    "russian": """а без более бы был была были было быть в вам вас весь во вот все всего вы где да для до его ее её
        если есть еще ещё же за и из или им их к как какая какие какой когда которая которые который кто куда ли мне
        может мы на над не него нее нет ни но о об однако он она они оно от по под при с сколько со так также там те
        тем то того тоже только том ты у уже чего чем что чтобы эта эти это этого этой этом этот я""",
    "arabic": """في من على إلى الى عن مع أن ان إن كان كانت هذا هذه ذلك تلك التي الذي الذين ما ماذا متى أين اين كيف
        كم هل هو هي هم لم لن لا قد ثم أو او بعد قبل عند كل بين حتى أي اي لماذا منذ و ف ب ل غير بها به له لها فيها
        فيه منها منه عليها عليه""",
    "hindi": """का की के में से को पर और है हैं था थी थे हो एक यह वह इस उस ने कि जो तो ही भी कर या लिए साथ तक द्वारा
        क्या कौन कब कहाँ कहां कैसे कितना कितने कितनी किस किसने किसे कौनसा कौनसे नहीं अपने अपनी अपना गया गई गए हुआ हुई
        हुए रहा रही रहे जब जिस इन उन वे ये""",
    "turkish": """acaba ama bana bazı ben beni benim bir bu bunu bunun da daha de değil diye en gibi hangi hem her
        hiç için ile ise kaç ki kim mı mi mu mü nasıl ne neden nerede ne o olan olarak oldu olduğu onlar onu onun
        sadece sen siz şey şu tüm ve veya ya yani""",
    "romanian": """a acest această al ale am ar are asta au ca care ce cea cel cele cine cu cum când da de din dar
        după ea ei el este eu fi fie fost în între îi își la le li lor lui mai mult ne nici nu o ori pe pentru prin
        sa sau se si sunt te un una unde unei unor unui va și să""",
    "hungarian": """a az és hogy nem is egy ez azt ezt van volt meg de ha mint csak már még el fel ki be le sem
        vagy mi ki mely amely aki ami ahol hol mikor hogyan miért milyen hány melyik minden lesz voltak ő ők én te mi
        ti ezek azok""",
    "greek": """ο η το οι τα του της των τον την και να σε με για από που πως πού πώς τι ποιος ποια ποιο ποιοι πότε
        είναι ήταν δεν μη ή αν θα ως στο στη στην στον στα στις ένα ένας μια αυτό αυτός αυτή όπως κατά""",
    "catalan": """a al als amb aquest aquesta aquests això com d de del dels des doncs el ella elles ells els em en entre
        era és està ha han hi ho i jo l la les li ell m més meu molt ni no nosaltres o on per però perquè pot qual qui què
        que quan quin quina s sense ser seu seva si sobre són sota també te tot un una uns va vosaltres""",
    "basque": """al ala arabera asko baina baino bat batean batek baten batzuk bera beraiek berau bere berori bertan beste
        bezala da dago dira ditu du dute edo egin egon ere eta ez gu guzti haiek hala han handik hara hau hauek hemen hori
        horiek izan nola non noiz nor nork zer zein zen ziren zuen zuten""",
    "indonesian": """ada adalah agar akan aku anda antara apa apakah atau bagaimana bagi bahwa banyak beberapa belum berapa
        bisa bukan dalam dan dapat dari dengan di dia hanya harus ia ini itu jika juga kami kamu kapan karena ke kepada
        kita lain lebih maka mana mereka mengapa oleh pada para saat saja sangat saya sebagai seperti siapa sudah telah
        tentang tersebut tidak untuk yang""",
    "irish": """a ach ag agus an ann ar as atá ba bhí bhfuil cá cad cé céard conas cuid de den do dom dá é eile faoi gan
        go gur i iad idir in is í isteach le leis mar mé mo mór muid ná nach ní nó nuair ó ón os roimh sa san sé seo sí
        sin sna tá thar tú um""",
    "lithuanian": """apie ar arba aš be bei bet bus būti buvo dar dėl iki ir iš į ja jai jam jau jei jie jis jo jos jų ją
        juos kad kai kaip kas ką kada kiek kieno kodėl koks kokia kur kurie kuris kuri labai mes mūsų ne nei nes nuo o
        pagal per po prie prieš savo su tai taip tas tik to tuo už yra""",
    "serbian": """a ako ali bez bi bila bili bilo bio biti da do došao gde i iako ili iz ja je jer jesu još kada kako kao
        ko koja koje koji koju kome li me mi mogu može na nad nakon ne nego neki nije nisu njega njih o od on ona oni ono
        ova ovaj ovo po pod pre sa se si smo su šta sve svi taj te to tu u uz zašto за и је да се на су у од са који која
        које као али или не није по до из код када како где шта""",
    "armenian": """այդ այլ այն այս դու դուք եմ են ենք ես եք է էի էին էր ըստ թե ի ին իսկ իր իրենց կամ համար հետ հետո մեջ
        մենք մի մեր նա նաև նրա նրանք որ որը որոնք որպես ու ում պիտի վրա և ինչ ինչու ով որտեղ երբ ինչպես քանի բայց եթե""",
    "tamil": """ஒரு என்று மற்றும் இந்த இது என்ற கொண்டு என்பது பல ஆகும் அல்லது அவர் நான் உள்ள அந்த இவர் என முதல் என்ன
        இருந்து சில என் போன்ற வேண்டும் வந்து இதன் அது அவன் தான் பலரும் என்னும் மேலும் பின்னர் கொண்ட இருக்கும் தனது உள்ளது
        போது என்றும் அதன் தன் பிறகு அவர்கள் வரை அவள் நீ ஆகிய யார் எங்கே எப்போது எப்படி ஏன் எது""",
    "nepali": """छ र को मा ले लाई पनि यो त्यो छन् थियो थिए हो भने गर्न गरेको गरे गर्ने भएको भयो एक तर वा कि का की बाट संग सँग
        लागि तथा यस उनी उनले उनको म हामी तिमी तपाईं के किन कसरी कहाँ कहिले को कुन कति अनि जुन जो सबै धेरै हुन हुने हुन्छ नै""",
    "yiddish": """און אַז אין די דער דאָס דעם איז פֿון מיט צו ניט נישט זיך אויף ער זי עס זיי איך דו מיר איר האָט האָבן
        זײַן געווען וועט ווי וואָס ווער ווען וווּ פאַר ביי נאָך אויך אָבער אָדער אַ אַן אַלע אים איר זייער דאָ דאָרט אויס
        אויב נאָר שוין ביז איבער אונטער""",
}

LANGUAGES = (
    "english", "german", "french", "spanish", "italian", "portuguese", "dutch", "swedish", "danish", "norwegian",
    "finnish", "russian", "arabic", "hindi", "turkish", "romanian", "hungarian", "greek", "catalan", "basque",
    "indonesian", "irish", "lithuanian", "serbian", "armenian", "tamil", "nepali", "yiddish", "none",
)  # fmt: skip
"""What `language=` takes besides `auto`. `none`: no stemming and no stopwords, in any script."""

Script = Literal["latin", "greek", "cyrillic", "armenian", "hebrew", "arabic", "devanagari", "tamil"]

_DEFAULTS: Mapping[Script | None, str] = {
    "latin": "english", "greek": "greek", "cyrillic": "russian", "armenian": "armenian", "arabic": "arabic",
    "devanagari": "hindi", "tamil": "tamil",
}  # fmt: skip
"""The language that words of a script are taken to be in, where the language asked for is written in another one."""
_SCRIPTS: Mapping[str, tuple[Script, ...]] = {
    "greek": ("greek",), "russian": ("cyrillic",), "serbian": ("latin", "cyrillic"), "armenian": ("armenian",),
    "yiddish": ("hebrew",), "arabic": ("arabic",), "hindi": ("devanagari",), "nepali": ("devanagari",),
    "tamil": ("tamil",), "none": (),
}  # fmt: skip
"""Scripts of the languages that are not written in Latin letters alone."""
_LAST_OF_SCRIPT: tuple[tuple[int, Script | None], ...] = (
    (0x36F, "latin"), (0x3FF, "greek"), (0x52F, "cyrillic"), (0x58F, "armenian"), (0x5FF, "hebrew"), (0x77F, "arabic"),
    (0x8FF, None), (0x97F, "devanagari"), (0xB7F, None), (0xBFF, "tamil"), (0x1DFF, None), (0x1EFF, "latin"),
    (0x1FFF, "greek"), (0x10FFFF, None),
)  # fmt: skip
_LAST = tuple(last for last, _ in _LAST_OF_SCRIPT)

_MARKS = "\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0970-\u097f\u0b82\u0bbe-\u0bcd"
_WORD = re.compile(rf"[^\W\d_]+(?:[{_MARKS}]+[^\W\d_]*)*")
_BEYOND_ASCII = re.compile(r"[^\0-\x7f]")
_LETTER = re.compile(rf"[\w{_MARKS}]")
_ASCII_TO_WORDS = bytes(code if chr(code).isalpha() else 32 for code in range(128)) + bytes(128)
"""All but ASCII letters blank: faster than a search for words."""
LANGUAGE_SAMPLE = 200
"""The first so many texts of an index tell its language."""
_SAMPLE_WORDS = 4_000
_LEAST_WORDS = 3
"""Different function words that must be seen: one letter of a formula is no language."""


def script_of(word: str) -> Script | None:
    """The script of a word's first letter, if a language we have a stemmer for is written in it."""
    return _LAST_OF_SCRIPT[bisect_left(_LAST, ord(word[0]))][1]


@cache
def languages_by_script(language: str) -> Mapping[Script | None, str]:
    """The language by which words of each script are read, in texts of a language: its own, or the script's usual one.

    So in Russian texts with English names, and in folders with documents in both, each word meets its own stemmer.
    """
    if language == "none":
        return {}
    by_script: dict[Script | None, str] = dict(_DEFAULTS)
    return by_script | dict.fromkeys(_SCRIPTS.get(language, ("latin",)), language)


@cache
def stopwords(language: str) -> frozenset[str]:
    """Function words of a language, lower-case; empty for `none`."""
    return frozenset(_LISTS.get(language, "").split())


@cache
def _languages_of_word() -> Mapping[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for language in _LISTS:
        for word in stopwords(language):
            table[word] = (*table.get(word, ()), language)
    return table


def _words(text: str) -> list[str]:
    """The words of a text, without digits."""
    if any(_LETTER.match(found[0]) for found in _BEYOND_ASCII.finditer(text)):
        return _WORD.findall(text)
    return text.encode("ascii", "replace").translate(_ASCII_TO_WORDS).decode("ascii").split()


def detect_language(texts: Iterable[str]) -> str:
    """The language whose function words are most frequent in a sample of the texts.

    A word that several languages share counts for each in part; one that never stands in small letters counts once, as
    it may be a name (Ann, which is Irish for "there"). `english` when nothing decides: its stemmer leaves other scripts
    alone, and code and tables are read with English identifiers.
    """
    written, seen = Counter[str](), 0
    for text in texts:
        words = _words(text[:20_000])
        written.update(words)
        seen += len(words)
        if seen > _SAMPLE_WORDS:
            break
    table = _languages_of_word()
    counts: dict[str, int] = {}
    smalls = " ".join(written).lower().split(" ")  # no word has a blank, in either case
    for count, small in zip(written.values(), smalls, strict=False):
        if small in table:
            counts[small] = counts.get(small, 0) + (count if small in written else 1)
    scores: dict[str, float] = {}
    found: dict[str, int] = {}
    for word, count in counts.items():
        for language in (shared := table[word]):
            scores[language] = scores.get(language, 0.0) + count / len(shared)
            found[language] = found.get(language, 0) + 1
    if not scores:
        return "english"
    best = max(scores, key=lambda language: (scores[language], language == "english"))
    return best if scores[best] >= 0.02 * seen and found[best] >= _LEAST_WORDS else "english"

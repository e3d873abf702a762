"""Stopwords and stemmers by language, and a guess at the language of a text.

The lists hold function words only: articles, pronouns, prepositions, auxiliaries, question words. They are short on
purpose; a word that is frequent but means something is left to the inverse document frequency.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

import numpy as np

from secondhop.text.bulk.characters import CharacterClasses, Characters

_LISTS: Mapping[str, str] = {
    "english": """a about above after again against all am an and any are as at be because been before being below
        between both but by can could did do does doing down during each few for from further had has have having he
        her here hers herself him himself his how i if in into is it its itself just many me more most much my myself no nor not
        now of off on once only or other our ours ourselves out over own same she should so some such than that the
        their theirs them themselves then there these they this those through to too under until up very was we were
        what when where which while who whom why will with would you your yours yourself yourselves also may s t
        i'm i've i'd i'll isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't won't wouldn't couldn't
        shouldn't mustn't needn't let's ive youre youve weve theyre theyve hes shes thats theres wheres whats whos hows
        isnt arent wasnt werent dont doesnt didnt havent hasnt hadnt wont wouldnt couldnt shouldnt""",
    "german": """aber als am an auch auf aus bei bin bis bist bitte da dann das dass dein dem den der des die dies
        diese dieser dieses doch du durch ein eine einem einen einer eines er es euer für habe haben hat hatte
        hatten ich ihm ihn ihnen ihr ihre im in ist ja jede jeder kann kein keine können könnte könnten man mein
        mich mir mit muss müssen nach nicht noch nur ob oder ohne sein seine sich sie sind so soll sollen sollte um
        und uns unser unter vom von vor wann war waren warum was weil welche welchem welchen welcher welches wem wen
        wenn wer werden weshalb wessen wie wieso wieviel wir wird wo wobei wodurch wofür woher wohin womit wonach
        woran worauf worin worum wovon wozu wurde wurden zu zum zur über darf dürfen fuer gibt ueber wieviele""",
    "french": """a ai au auquel aux avec ce ces cet cette combien comme comment d dans de des dois doit dont du duquel
        elle elles en est et eu faut fut il ils j je l la laquelle le lequel les lesquelles lesquels leur leurs lui
        m ma mais me mes mon même n ne nos notre nous on ont ou où par pas peut peuvent peux plus pour pourquoi qu
        quand que quel quelle quelles quels qui quoi s sa sans se ses si son sont suis sur t ta te tes toi ton tu un
        une vos votre vous y à ça était été être""",
    "spanish": """a adónde al algo ante como con contra cual cuando cuál cuáles cuándo cuánta cuántas cuánto cuántos
        cómo de debe debo del desde donde dónde e el ella ellas ellos en entre era es esa ese eso esta este esto
        estos está están fue fueron ha han hasta hay he la las le les lo los me mi mis muy más mí ni no nos o para
        pero por porque puede pueden puedo que quien quién qué se ser si sin sobre son su sus también te tengo tiene
        tienen todo tu un una uno usted ustedes y ya yo él cuales cuanta cuantas cuanto cuantos quienes quiénes""",
    "italian": """a ad ai al alla alle allo anche c che chi ci come con cosa cui da dagli dai dal dalla dalle dei
        del della delle dello deve devo di dove e ed era essere fu furono gli ha hanno ho i il in io la le lei li lo
        loro lui ma mi ne nei nel nella nelle noi non o ogni per perché più posso possono può qual quale quali
        quando quanta quante quanti quanto quello questa questo se si sono su sua sue sul sulla suo suoi tra tu un
        una uno vi voi è dov perche perchè piu puo""",
    "portuguese": """a ao aos as com como da das de dela dele deve devo do dos e ela elas ele eles em entre era essa
        esse esta este eu foi foram há isso isto já lhe mais mas me mesmo meu minha muito na nas nem no nos não nós
        o onde os ou para pela pelas pelo pelos pode podem por porque posso quais qual quando quanta quantas quanto
        quantos que quem se sem ser seu seus sua suas são também te tem ter um uma você à às é até desde nao sao voce""",
    "dutch": """aan al als bij dan dat de der die dit door een en er haar had hadden heb hebben heeft het hij hoe
        hoeveel hun ik in is je kan kunnen kunt maar mag me men met mij mijn moet moeten mogen naar niet nog nu of
        om omdat onder ons ook op over te tegen tot uit van veel voor waar waaraan waarbij waardoor waarin waarmee
        waarom waarop waarvan waarvoor wanneer waren was wat we wel welke werd werden wie wiens wij worden wordt zal
        ze zich zij zijn zo zou zullen""",
    "swedish": """alla att av blev bli borde de dem den denna deras dess det detta dig din du där efter eller en ett
        finns från för ha hade han hans har hennes hon hur i icke ingen inte jag kan kunde man med men mig min mot
        mycket måste ni nu när och om oss på samma sig sin sitt ska skall skulle som så till under upp ut vad var
        vara varför varifrån varje vart vem vems vi vid vilka vilken vilket är över""",
    "danish": """af alle at blev bliver da de dem den denne der deres det dette dig din du efter eller en end er et
        for fra ham han hans har havde hende hendes her hvad hvem hvilke hvilken hvilket hvis hvor hvordan hvorfor
        hvorfra hvorhen hvornår i ikke ind jeg kan kunne man med men mig min mod måtte ned nogle nu når og også om
        op os over på sig sin skal skulle som til ud under var ved vi vil ville være""",
    "norwegian": """alle at av ble bli da de deg dem den denne der deres det dette din du eller en enn er et etter
        for fra ha hadde han hans har henne her hun hva hvem hvilke hvilken hvilket hvis hvor hvordan hvorfor
        hvorfra hvorhen i ikke jeg kan kunne man med meg men min mot må nå når og også om opp oss over på seg sin
        skal skulle som til under ut var ved vi vil ville være""",
    "finnish": """ei eivät eli en ennen että he hän itse ja johon joiden joissa joka jolla jolle jolta jonka jos
        jossa josta jota jotka kanssa keiden kenelle kenellä kenen ketkä ketä koska kuin kuinka kuka kumpi kun me
        mihin miksi mikä millainen millaista mille milloin millä minkä minä missä mistä miten mitkä mitä montako
        mukaan mutta myös ne niin nyt ole oli olivat olla on onko ovat paljonko saa saako sekä sen siitä sillä sinä
        sitä tai te tämä tämän vai vain voi voiko voivat""",
    "russian": """а без более бы был была были было быть в вам вас весь во вот все всего вы где да для до его ее
        если есть еще ещё её же за зачем и из или им их к как какая какие каким каких какова каковы какого какое
        какой какому какую кем когда кого ком кому которая которого которое котором которому которую которые который
        которым которых кто куда ли мне могу могут может можно мой мы на над нам нас не него нее нет ни но о об
        однако он она они оно от откуда отсюда по под почему при с сколько со так также там те тебе тем то того тоже
        только том ты у уже чего чей чем что чтобы чьи чья чьё эта эти это этого этой этом этот я""",
    "arabic": """في من على إلى الى عن مع أن ان إن كان كانت هذا هذه ذلك تلك التي الذي الذين ما ماذا متى أين اين كيف
        كم هل هو هي هم لم لن لا قد ثم أو او بعد قبل عند كل بين حتى أي اي لماذا منذ و ف ب ل غير بها به له لها فيها
        فيه منها منه عليها عليه اذا إذا أية بأي لأي ماهو ماهي مما يجب يمكن يوجد""",
    "hindi": """का की के में से को पर और है हैं था थी थे हो एक यह वह इस उस ने कि जो तो ही भी कर या लिए साथ तक द्वारा
        क्या कौन कब कहाँ कहां कैसे कितना कितने कितनी किस किसने किसे कौनसा कौनसे नहीं अपने अपनी अपना गया गई गए हुआ
        हुई हुए रहा रही रहे जब जिस इन उन वे ये किन किनसे किसका किसकी किसके किसमें किससे कितनों क्यों मैं मुझे हम
        हमें आप करना करने करते करता करती किया चाहिए सकता सकती सकते होता होती होते होना""",
    "turkish": """acaba ama bana bazı ben beni benim bir bu bunu bunun da daha de değil diye en gibi hangi hangileri
        hangisi hangisini hem her hiç ile ise için kaç kaçı ki kim kime kimi kimin kimler lütfen mi midir misiniz mu
        mudur mü müdür mı mıdır mısınız nasıl ne neden nedir nelerdir nerede nerededir nereden nereye niye niçin o
        olan olarak oldu olduğu onlar onu onun sadece sen siz tüm ve veya ya yani şey şu nasil kac icin kadar var""",
    "romanian": """a această acest al ale am ar are asta au ca care ce cea cel cele cine cu cui cum când cât câte
        câtă câți cărei căror cărui da dar de din după ea ei el este eu fi fie fost la le li lor lui mai mult ne
        nici nu o oare ori pe pentru poate pot prin sa sau se si sunt să te trebuie un una unde unei unor unui va îi
        în încotro între își și cand cat cati""",
    "hungarian": """a ahol aki amely ami az azok azt be csak de egy el ez ezek ezt fel ha hogy hogyan hol honnan
        hova hová hány hányan is kell ki kik kinek kit le lesz meddig meg mely melyek melyik melyiket mennyi mennyit
        mettől mi mibe miből mikor mikortól milyen milyenek minden mint mire miről mit mitől mivel miért már még nem
        sem te ti tud vagy van volt voltak én és ő ők hany mennyibe miert""",
    "greek": """ένα ένας ή ήταν αν από αυτή αυτό αυτός για γιατί δεν είναι η θα και κατά με μη μια μου μπορεί μπορώ
        να ο οι ποια ποιες ποιο ποιοι ποιον ποιος ποιους ποιων που πού πρέπει πως πόσα πόσες πόση πόσο πόσοι πόσος
        πότε πώς σε στα στη στην στις στο στον τα την της τι το τον του των ως όπως γιατι ειναι ποσα ποσο ποτε πως""",
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
    "polish": """a aby ale albo ani bardziej bardzo bez bo by był była było były być będzie będą ci co czy czego
        czyj czyja czyje czym dla do dlaczego dokąd gdy gdzie go i ich ile ilu im innych inne ja jak jaka jaki jakie
        jakich jakim jakiej jako je jednak jego jej jest jestem jeśli jeżeli już każdy kiedy kim kogo komu kto która
        które którego której któremu który których którym którzy którą ku lub ma mają mam mi mnie mogą mogę może
        można musi my na nad nam nas nawet nią nich nie niej nim niż o od on ona one oni ono oraz po pod podczas
        poza przed przez przy proszę są się skąd sobie swoje swój ta tak także tam te tego tej ten to tu ty tych
        tylko tym u w we więc wszystkie wszystko z za ze że żeby ktora ktore ktory sie jesli""",
    "czech": """a aby ale ani asi až bez bude budou by byl byla byli bylo byly být ba co což či čí čeho čem čím do
        dokud ho i jak jaká jaké jaký jakou jakých jako je jeho jejich její jejího ještě jestli jestliže ji jich jim
        jimi jiné již jsem jsi jsme jsou jste k kam každý kde kdo kdy když ke kolik komu koho kým která které
        kterého kterému kterém kterou který kterých kterým kteří mají má mám mezi mi mohou možná mne mnou mně můj
        musí může můžete můžu my na nad nám nás ně něj nebo neboť nejsou není než nich ním o od odkud on ona oni ono
        pak po pod podle pokud pouze prosím pro proč proto protože před přes při s se si sice svůj své ta tak také
        takže tam te tě tedy tento této tím to toho tohoto tom tomu tomuto toto tu tuto ty tyto u už v ve však všech
        všechny vy z za zda ze že ktera ktere ktery proc muze""",
    "slovak": """a aby aj ak ako ale alebo ani asi až bez bol bola boli bolo bude budú by byť cez čo či čím čoho do
        ho i iba ich im ja je jeho jej ju k kam každý kde keď kedy kto koho koľko komu ktorá ktoré ktorého ktorej
        ktorí ktorú ktorý ktorých ktorým ku má majú máme medzi mi mne môj môže možno môžem môžu mu musí my na nad
        nám nás nie nich než o od odkiaľ on ona oni ono po pod podľa pokiaľ pre prečo pred pri prosím s sa si sme so
        som sú svoj svoje ta tak také takže tam táto tej ten tento tieto to toho tohto tom tomto toto tu tú túto ty
        tým u už v váš však vo všetko všetky vy z za zo že""",
    "slovenian": """ali ampak bi bil bila bile bili bilo biti bo bodo brez če da do ga in iz jaz je jih jim jo k kaj
        kako kakšen kakšna kakšne kakšno kam kar katera katere katerem kateri katerih katero kdaj kdo ker ki kje
        kjer ko koga koliko komu kot lahko med mi moj mora morajo moram mu na nad naj ne ni nima njegov njegova
        njihov njo o ob od oziroma pa po pod pred pri prosim s sem si smo so še sta ste ta tako te tega tem ti tisti
        to tu tudi v vas vi vse vsi z za zakaj zaradi že""",
    "ukrainian": """а або але б без би бо був бути була були було в вам вас ваш ви від він воно вона вони все всі
        всіх вже де для до є з за звідки зі й його її їй їм їх і із інші ким кого кому коли котрий куди лише ми мене
        між мені може можна мій на навіщо нам нас наш не нею ним них ні ніж о об однак ось перед під після по при
        про саме свій своє свої своїх себе скільки та так також такий там те теж ти тим тих то тобто того той тоді
        тому треба тут у хто це цей ця цих ці цього цьому цією чи чий чим чого чому через що щоб щодо я яка яке який
        яким яких якого якої якому якою якщо які як""",
    "estonian": """aga ainult alates ega ehk ei enne et ja jah jooksul juba ka kas kelle kellele keda kes kogu koos
        kui kuhu kuid kuidas kuni kus kust kõik ma me mida mille millega milles millest milline millised millist
        millal miks mis mitte mitu mu nad need neid neile nende nii ning ole oled oleks olema olen oli olid olla oma
        on peab pärast saab see seda selle sellel selles sellest siin siis ta teda tema te või võib vastu ükski üks""",
    "persian": """آن آنها آیا اما اگر است اینکه این باشد باید بر برای بسیار بود بودن به با تا توسط چرا چطور چگونه
        چقدر چند چندین چه چی چیست خود خواهد در دارد داد درباره را شد شده شود شما کجا کجاست کدام کرد کرده کردن کند کنید که
        کی کیست ما مانند من می نیز نیست هر همه هم هستند هستم هیچ و وی یا یک یکی لطفا""",
    "vietnamese": """ai anh bạn bao bằng bị bởi các cái cả cần chỉ cho chúng có còn của cũng cùng cứ do đã đang đâu
        đây đều để đến đi đó đối đồng được gì hay hãy hơn khi không là lại làm lên lúc mà mình mỗi một nào này nên
        nếu ngày người nhiêu như nhưng những nhất nó nơi ở phải qua ra rằng rất rồi sao sau sẽ sự ta tại tất theo
        thế thì thể tôi trên trong trước từ và vào vẫn về vì việc vừa với""",
}

LANGUAGES = (*_LISTS, "none")
"""What `language=` takes besides `auto`. `none`: no stemming and no stopwords, in any script."""
CODES: Mapping[str, str] = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "pt": "portuguese", "nl": "dutch",
    "sv": "swedish", "da": "danish", "no": "norwegian", "nb": "norwegian", "fi": "finnish", "ru": "russian", "ar": "arabic",
    "hi": "hindi", "tr": "turkish", "ro": "romanian", "hu": "hungarian", "el": "greek", "ca": "catalan", "eu": "basque",
    "id": "indonesian", "ga": "irish", "lt": "lithuanian", "sr": "serbian", "hy": "armenian", "ta": "tamil", "ne": "nepali",
    "yi": "yiddish", "pl": "polish", "cs": "czech", "sk": "slovak", "sl": "slovenian", "uk": "ukrainian", "et": "estonian",
    "fa": "persian", "vi": "vietnamese",
}  # fmt: skip
"""Their codes in ISO 639-1, which `language=` takes as well."""
NEAREST: Mapping[str, str] = {
    "polish": "serbian", "slovak": "czech", "czech": "serbian", "slovenian": "serbian", "ukrainian": "russian",
    "estonian": "finnish", "persian": "arabic", "vietnamese": "english",
}  # fmt: skip
"""Whose stemmer a language has where PyStemmer has none for it: before 3.1, or none so far."""

Script = Literal["latin", "greek", "cyrillic", "armenian", "hebrew", "arabic", "devanagari", "tamil"]

_DEFAULTS: Mapping[Script | None, str] = {
    "latin": "english", "greek": "greek", "cyrillic": "russian", "armenian": "armenian", "arabic": "arabic",
    "devanagari": "hindi", "tamil": "tamil",
}  # fmt: skip
"""The language that words of a script are taken to be in, where the language asked for is written in another one."""
_SCRIPTS: Mapping[str, tuple[Script, ...]] = {
    "greek": ("greek",), "russian": ("cyrillic",), "ukrainian": ("cyrillic",), "serbian": ("latin", "cyrillic"), "armenian": ("armenian",),
    "yiddish": ("hebrew",), "arabic": ("arabic",), "persian": ("arabic",), "hindi": ("devanagari",),
    "nepali": ("devanagari",), "tamil": ("tamil",), "none": (),
}  # fmt: skip
"""Scripts of the languages that are not written in Latin letters alone."""
_LAST_OF_SCRIPT: tuple[tuple[int, Script | None], ...] = (
    (0x36F, "latin"), (0x3FF, "greek"), (0x52F, "cyrillic"), (0x58F, "armenian"), (0x5FF, "hebrew"), (0x77F, "arabic"),
    (0x8FF, None), (0x97F, "devanagari"), (0xB7F, None), (0xBFF, "tamil"), (0x1DFF, None), (0x1EFF, "latin"),
    (0x1FFF, "greek"), (0x10FFFF, None),
)  # fmt: skip
_LAST = tuple(last for last, _ in _LAST_OF_SCRIPT)

_MARKS = "\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0970-\u097f\u0b82\u0bbe-\u0bcd"
_LETTERS = CharacterClasses((rf"[^\W\d_]|[{_MARKS}]",))
LANGUAGE_SAMPLE = 200
"""The first so many texts of an index tell its language."""
_SAMPLE_WORDS = 4_000
_LEAST_WORDS = 3
"""Different function words that must be seen, letters from a to z counting as one: those of formulas and code are no language."""


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
    """The words of a text, without digits: with all but letters blank, faster than by a search for words."""
    characters = Characters.of(text)
    letters = np.where(_LETTERS.of(characters), characters.codes, np.uint8(32))
    return Characters.of_codes(letters).text().split()


def foreign_stopwords(text: str, language: str) -> frozenset[str]:
    """Function words of the language that a question is in, if it is another one than this, which its documents are in."""
    own = language if language == "none" else detect_language([text])
    return frozenset() if own == language else stopwords(own)


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
    for word, count in counts.items():
        for language in (shared := table[word]):
            scores[language] = scores.get(language, 0.0) + count / len(shared)
    if not scores:
        return "english"
    best = max(scores, key=lambda language: (scores[language], language == "english"))
    found = {"a" if len(word) == 1 and word.isascii() else word for word in counts if best in table[word]}
    return best if scores[best] >= 0.02 * seen and len(found) >= _LEAST_WORDS else "english"

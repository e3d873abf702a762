"""Words that a stemmer takes for different ones and readers for one: `colour` and `color`, `bought` and `buy`.

Each line begins with the word that the others are indexed as. A form that is another word as well, as `left` is, stays out,
and so does one with the stem of another word: `indices` has that of `indicate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_LISTS: Mapping[str, str] = {
    "english": """
        adapter adaptor
        add added
        addendum addenda
        adviser advisor
        airplane aeroplane
        alias aliases
        aluminum aluminium
        alumnus alumni
        analyze analyse analysis
        anesthetize anesthetise anaesthetise
        appendix appendices
        arise arisen arose
        artifact artefact
        automaton automata
        axis axes
        bacterium bacteria
        beat beaten
        become became
        begin began begun
        bend bent
        bite bitten
        bleed bled
        blow blew blown
        bookshelf bookshelves
        break broke broken
        breed bred
        bring brought
        build built
        bureau bureaus bureaux
        burn burnt
        bus buses
        businessman businessmen
        buy bought
        calf calves
        canvas canvases
        catalyze catalyse
        catch caught
        chairman chairmen
        child children
        chili chilli
        choose chose chosen
        cilium cilia
        cling clung
        colorize colorise colourise
        come came
        connection connexion
        consortium consortia
        continuum continua
        corpus corpora
        cortex cortices
        councilor councillor
        counselor counsellor
        cozy cosy
        cpu cpus
        creep crept
        crisis crises
        criterion criteria
        curb kerb
        curriculum curricula
        deal dealt
        defense defence
        defenseless defenceless
        deflection deflexion
        diagnosis diagnoses
        dialyze dialyse
        dig dug
        disk disc
        disulfide disulphide
        draw drawn
        drink drank drunk
        drive driven drove
        dwell dwelt
        eat ate eaten
        electrolyze electrolyse
        elf elves
        embed embedded
        emphasis emphases emphasise
        equilibrium equilibria
        erratum errata
        evidence evidenced
        experience experienced
        fall fallen fell
        feel felt
        fiber fibre
        fiberglass fibreglass
        fight fought
        fireman firemen
        fisherman fishermen
        flee fled
        fly flew flown
        focus focussed
        foot feet
        forbid forbade forbidden
        foresee foresaw foreseen
        forget forgot forgotten
        forgive forgave forgiven
        free freed
        freeze froze frozen
        fueled fuelled
        fungus fungi
        ganglion ganglia
        gas gases
        gentleman gentlemen
        genus genera
        get got gotten
        give gave given
        go goes gone went
        goose geese
        gpu gpus
        grandchild grandchildren
        gray grey
        grayish greyish
        grayscale greyscale
        grow grew grown
        grueling gruelling
        half halves
        hang hung
        hear heard
        helix helices
        hide hidden
        hold held
        hoof hooves
        housewife housewives
        hydrolyze hydrolyse
        hypothesis hypotheses hypothesise
        inquire enquire
        inquiry enquiry
        interfere interfered
        jewelry jewellery
        judgment judgement
        keep kept
        kneel knelt
        knife knives
        know knew known
        lay laid
        layman laymen
        leap leapt
        learn learnt
        lend lent
        leukocyte leucocyte
        license licence
        light lit
        loaf loaves
        locus loci
        lose lost
        make made
        man men
        maneuver manoeuvre
        matrix matrices
        maximum maxima
        mean meant
        meet met
        memorandum memoranda
        menu menus
        metamorphosis metamorphoses
        metastasis metastases metastasise
        midwife midwives
        mimic mimicked
        minimum minima
        mislead misled
        mistake mistaken mistook
        misunderstand misunderstood
        modulus moduli
        mold mould
        mollusk mollusc
        momentum momenta
        money monies
        mouse mice
        mustache moustache
        nucleus nuclei
        oasis oases
        ocher ochre
        offense offence
        ok okay
        optimum optima
        organize organizational
        overcome overcame
        override overridden overrode
        overrun overran
        oversee oversaw overseen
        overtake overtaken overtook
        overthrow overthrew overthrown
        overwrite overwritten overwrote
        pajamas pyjamas
        panelist panellist
        panic panicked
        paralyze paralyse
        parenthesis parentheses parenthesise
        pay paid
        phenomenon phenomena
        plow plough
        policeman policemen
        practice practise
        prepay prepaid
        pretense pretence
        program programme
        prosthesis prostheses
        prove proven
        psychoanalyze psychoanalyse
        quantum quanta
        queue queued
        quiz quizzes
        radius radii
        rebuild rebuilt
        redo redid redone
        reference referenced
        refinance refinanced
        repay repaid
        resell resold
        rewrite rewritten rewrote
        ride ridden rode
        rise risen
        run ran
        saber sabre
        sacrifice sacrificed
        salesman salesmen
        salesperson salespeople
        say said
        scarf scarves
        schema schemata
        see seen
        seek sought
        self selves
        sell sold
        send sent
        serum sera
        sew sewn
        shake shaken shook
        shelf shelves
        shine shone
        shoot shot
        show shown
        shrink shrank shrunk
        sing sang sung
        sink sank sunk
        skeptic sceptic
        skillful skilful
        slay slain
        sleep slept
        slide slid
        sling slung
        smolder smoulder
        snowplow snowplough
        somber sombre
        sow sown
        speak spoke spoken
        spectrum spectra
        speed sped
        spell spelt
        spend spent
        spill spilt
        spin spun
        spoil spoilt
        spokesman spokesmen
        spring sprang sprung
        stadium stadia
        staff staffed
        stand stood
        statesman statesmen
        steal stole stolen
        stick stuck
        stimulus stimuli
        sting stung
        stratum strata
        strike struck stricken
        strive strove striven
        sue sued
        sulfate sulphate
        sulfide sulphide
        sulfite sulphite
        sulfur sulphur
        swear swore sworn
        sweep swept
        swell swollen
        swim swam swum
        swing swung
        syllabus syllabi
        symposium symposia
        synthesis syntheses synthesise
        take taken took
        teach taught
        tear tore torn
        tell told
        terminus termini
        thesaurus thesauri
        thesis theses
        thief thieves
        think thought
        throw threw thrown
        tire tyre
        tooth teeth
        traffic trafficked
        tread trod trodden
        undergo undergone underwent
        underlie underlying
        understand understood
        undertake undertaken undertook
        underwrite underwritten
        undo undid undone
        unrivaled unrivalled
        uphold upheld
        wake woke woken
        wear wore worn
        weave wove woven
        weep wept
        whiskey whisky
        wife wives
        willful wilful
        win won
        withdraw withdrawn withdrew
        withhold withheld
        withstand withstood
        wolf wolves
        woman women
        woolen woollen
        workman workmen
        write written wrote
        yogurt yoghurt
        """,
}
_BRITISH: Mapping[tuple[str, str], str] = {
    ("ise", "ize"): """
        acclimatise actualise agonise alphabetise amortise anglicise anonymise antagonise apologise appetise authorise
        baptise brutalise cannibalise canonicalise capitalise caramelise carbonise categorise cauterise centralise
        characterise civilise collateralise colocalise colonise commercialise compartmentalise computerise
        conceptualise containerise contextualise criminalise criticise crystallise customise decentralise decolonise
        decriminalise dehumanise demilitarise demobilise democratise demonise demoralise denormalise depersonalise
        desensitise deserialise destabilise digitalise digitise dramatise economise empathise energise epitomise
        equalise eulogise evangelise externalise factorise familiarise fantasise feminise fertilise finalise fluidise
        formalise fossilise fraternise functionalise galvanise generalise glamorise globalise harmonise homogenise
        hospitalise humanise hybridise hypnotise idealise idolise immobilise immortalise immunise incentivise
        individualise industrialise initialise institutionalise internalise internationalise ionise italicise itemise
        jeopardise legalise legitimise liberalise linearise localise marginalise materialise maximise mechanise
        memoise memorialise memorise mesmerise metabolise militarise mineralise miniaturise minimise mobilise
        modernise modularise moisturise monetise monopolise moralise motorise nationalise naturalise neutralise
        normalise notarise optimise organise ostracise oxidise parallelise parameterise pasteurise patronise penalise
        permeabilise personalise philosophise plagiarise polarise politicise polymerise popularise pressurise
        prioritise privatise professionalise publicise pulverise quantise radicalise randomise rasterise rationalise
        realise reauthorise recapitalise recognise regularise reinitialise renormalise reorganise revitalise
        revolutionise ritualise romanticise sanitise scandalise scrutinise secularise sensationalise sensitise
        serialise socialise specialise stabilise standardise sterilise stigmatise stylise subsidise summarise
        symbolise sympathise synchronise systematise tantalise tenderise terrorise theorise tokenise traumatise
        trivialise unauthorised uncharacterised unionise unrecognised urbanise utilise vandalise vaporise vascularise
        vectorise verbalise victimise virtualise visualise vocalise vulcanise weaponise westernise winterise
        """,
    ("our", "or"): """
        antitumour arbour ardour armour armoury behaviour belabour candour clamour colour colourist colourless
        demeanour discolour disfavour dishonour enamour endeavour favour favourite fervour flavour flavourless glamour
        harbour honour humour humourless labour misbehaviour misdemeanour multicolour neighbour neighbourhood odour
        odourless parlour rancour rigour rumour saviour savour savoury splendour succour tricolour tumour
        tumourigenesis unfavourable unsavoury valour vapour vigour watercolour
        """,
    ("tre", "ter"): """
        centimetre centre centrepiece decimetre goitre kilometre lacklustre litre lustre metre micrometre millilitre
        millimetre mitre multicentre nanometre saltpetre sceptre spectre theatre titre
        """,
    ("ogue", "og"): """
        analogue catalogue dialogue epilogue homologue monologue orthologue prologue travelogue
        """,
    ("ae", "e"): """
        aeon aesthetic aetiology anaemia anaemic anaesthesia anaesthesiologist anaesthesiology anaesthetic
        anaesthetist archaeology bacteraemia caesarean caesium chimaera dyslipidaemia encyclopaedia encyclopaedic
        faecal faeces glycaemia glycaemic gynaecologist gynaecology haematite haematological haematologist haematoma
        haematopoiesis haematopoietic haemodialysis haemodynamic haemoglobin haemolysis haemolytic haemophilia
        haemophiliac haemorrhage haemorrhoid hyperglycaemia hyperglycaemic hyperlipidaemia hypoglycaemia hypoglycaemic
        ischaemia ischaemic leukaemia leukaemic mediaeval orthopaedic paediatric paediatrician paedophile paedophilia
        palaeolithic palaeontologist palaeontology septicaemia synaesthesia thalassaemia
        """,
    ("oe", "e"): """
        amenorrhoea apnoea coeliac diarrhoea dyspnoea foetal foetus gonorrhoea oedema oesophageal oesophagus
        oestradiol oestrogen
        """,
    ("eable", "able"): """
        likeable liveable moveable parseable saleable shareable sizeable useable writeable
        """,
}
"""Words as they are spelled in Britain, by what in them is spelled otherwise in America."""


def stems_alike(language: str, stem: Callable[[str], str]) -> dict[str, str]:
    """The stem that each stem of a variant is indexed as; empty for languages without a list.

    Args:
        language: its name in `languages.LANGUAGES`.
        stem: takes a word in small letters to its stem.
    """
    alike = ((stem(variant), stem(first)) for first, *variants in _groups(language) for variant in variants)
    return {variant: first for variant, first in alike if variant != first}


def _groups(language: str) -> Iterator[list[str]]:
    """The words of each line, the one that the others are indexed as first."""
    yield from map(str.split, _LISTS.get(language, "").strip().splitlines())
    if language == "english":
        for (british, american), words in _BRITISH.items():
            yield from ([word.replace(british, american), word] for word in words.split())

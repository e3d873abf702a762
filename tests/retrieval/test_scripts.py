"""What links texts in scripts without capitals."""

from collections.abc import Mapping

from secondhop import Document

CHINESE = {
    "港口": "渡轮由林海航运公司经营。票在码头出售。",
    "公司": "林海航运公司的总部在青岛。",
    "天气": "明天有雨。风很大。",
    "山": "山上有一座古老的寺庙。",
}
THAI = {
    "port": "เรือข้ามฟากดำเนินการโดยบริษัทสมุทรทอง ตั๋วขายที่ท่าเรือ",
    "company": "สำนักงานใหญ่ของสมุทรทองอยู่ที่ระยอง",
    "weather": "พรุ่งนี้ฝนตก ลมแรงมาก",
    "hill": "บนภูเขามีวัดเก่าแก่",
}


def _document(texts: Mapping[str, str]) -> Document:
    return Document.from_texts([{"text": text, "source": source} for source, text in texts.items()], tokenizer=len)


def test_pairs_of_chinese_characters_link_texts():
    report = _document(CHINESE).context("渡轮由谁经营？", 40).report
    linked = [decision for decision in report.decisions if decision.reason == "kept_second_hop"]
    assert len(linked) == 1
    assert {"林海", "航运"} & set(linked[0].detail["terms"])


def test_a_few_thai_letters_are_no_name():
    document = _document(THAI)
    report = document.context("ใครดำเนินการเรือข้ามฟาก", 80).report
    assert report.decisions
    assert not [decision for decision in report.decisions if decision.reason == "kept_second_hop"]
    assert document.search("วัด", top_k=1)[0].chunk.source == "hill"

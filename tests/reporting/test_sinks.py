"""Handlers keep the newest reports. Functions of the caller's that take them may fail: nobody's question does, and no log is filled."""

import logging

from secondhop.reporting.sinks import Collector, SinkCaller


def test_a_sink_that_fails_is_logged_once_until_it_works(caplog):
    call, taken = SinkCaller("the retriever", logging.getLogger("secondhop.test")), []

    def broken(report):
        raise ConnectionError("the backend is down")

    for sink in (broken, broken, broken, taken.append, broken, broken):
        call(sink, {"query": "copper"})
    said = "the sink of the retriever failed; not logged again until it works"
    assert [record.getMessage() for record in caplog.records] == [said, said]
    assert taken == [{"query": "copper"}]


def test_the_newest_reports_are_kept_and_a_sink_gets_each():
    heard, taken = Collector("the retriever", logging.getLogger("secondhop.test"), 2), []
    assert (heard.reports, heard.last) == ([], None)
    for number, sink in enumerate((None, taken.append, taken.append)):
        heard.add({"query": number}, sink)
    assert heard.reports == taken == [{"query": 1}, {"query": 2}]
    assert heard.last == {"query": 2}

"""The model of costs, by hand on round numbers."""

from __future__ import annotations

import pytest

from eval.growth import Plan, Prices, Units, main

UNITS = Units(
    chunks_per_article=10,
    database_bytes=3_000,
    vector_bytes=400,
    full_text_bytes=600,
    embedded_per_second=40,
    prepare_ms=10,
    store_ms=4,
    search_vectors_ms=3,
    search_words_ms=2,
    search_rest_ms=9,
    search_tail=1.5,
    answer_seconds=1.8,
)


def test_a_million_articles_on_one_machine_by_hand():
    plan = Plan(1e6, 1, 10)
    assert plan.chunks(UNITS) == 1e7
    assert plan.disk_tb(UNITS) == pytest.approx(0.04)
    assert plan.memory_gb(UNITS) == pytest.approx(10)
    # 250,000 s of embedding and 10,000 s of the rest.
    assert plan.core_hours(UNITS) == pytest.approx(260_000 / 3600)
    assert plan.build_hours(UNITS) == pytest.approx(26_000 / 3600)
    assert plan.writer_hours(UNITS) == pytest.approx(4_000 / 3600)


def test_shards_divide_what_grows_of_a_search():
    # 4 million chunks: (3 * 2 + 2 * 4 + 9) * 1.5; over four shards (3 + 2 + 9) * 1.5.
    assert Plan(4e5, 1, 1).search_ms(UNITS) == pytest.approx(34.5)
    assert Plan(4e5, 4, 1).search_ms(UNITS) == pytest.approx(21)


def test_the_price_of_an_answer_is_that_of_its_work():
    found = Plan(4e5, 4, 1).answer_price(UNITS, Prices(core_hour=3.6))
    assert found == pytest.approx((1.8 + 4 * 0.021) / 1000)


def test_memory_costs_as_many_cores_as_it_comes_with():
    # 10 GB at 4 GB a core.
    plan = Plan(1e6, 1, 10)
    assert plan.holding_price(UNITS, Prices(core_hour=2.0, gb_of_a_core=4)) == pytest.approx(5)


def test_the_table_is_printed(capsys):
    main()
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "| articles | 1,000,000 | 50,000,000 | 1,000,000,000 |"
    assert {line.count("|") for line in table} == {5}

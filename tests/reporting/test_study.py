"""The national study as people read it: the page, the workbook, the charts in words."""

import re
from pathlib import Path
from xml.etree import ElementTree

import python_calamine

from returnhome.reporting import exports, study_charts, study_paper
from returnhome.reporting import study as told
from returnhome.rules.study.adding_up import Study
from tests.rules.study.returns import COUNCILS, of_council, study
from tests.rules.study.test_adding_up import FOUR, many

GOLDEN = Path(__file__).parent / "golden"
SVG = "{http://www.w3.org/2000/svg}"


def six() -> Study:
    councils, files = many([(50, 100), (50, 100), (50, 100), (8, 10), (850, 1000), (100, 700)])
    return study(*files, councils=councils)


def text_of(page: str) -> str:
    return " ".join(
        re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.S)).split()
    )


def test_the_file_of_answers_is_the_one_reviewed_by_eye(tmp_path: Path) -> None:
    exports.write_csv(tmp_path / "study.csv", told.ANSWERS_HEADER, told.answers(study(*FOUR)))

    assert (tmp_path / "study.csv").read_bytes() == (GOLDEN / "study.csv").read_bytes()


def test_the_page_says_who_could_answer_before_what_the_answers_come_to() -> None:
    page = text_of(study_paper.page(study(*FOUR), None))

    assert (
        "4 of 7 councils answered. 3 could say how many of their episodes had an interview held; "
        "of the 150 episodes of the 3 that can be compared, 46.0% had one (69)." in page
    )
    assert page.index("Who could answer A council") < page.index("The national figures Two")
    assert "Refused: 1 council" in page
    assert "Withheld small numbers: 1 council" in page
    assert "Darlington; Halton" in page


def test_no_rate_stands_without_what_it_is_of() -> None:
    page = text_of(study_paper.page(study(*FOUR), None))

    assert "Held, of episodes ended 46.0% 69 of 150 55.0% 50.0% 37.5% to 70.0% 3 compared" in page
    assert "Held, of offered 57.5% 69 of 120" in page


def test_the_page_stands_with_nothing_to_compare() -> None:
    page = text_of(study_paper.page(study(of_council("E06000001", {"held": "refused"})), None))

    assert "1 of 7 councils answered. 0 could say" in page
    assert "Fewer than two councils can be compared." in page
    assert "More than chance" not in page


def test_a_funnel_plot_tells_in_words_what_it_shows() -> None:
    found = six().rate("held_of_ended")

    assert study_charts.funnel_in_words(found) == (
        "Each point is a council: how many episodes its rate is of, and the rate. The line is "
        "55.1%, 1,108 of 2,010. 1 below the 99.8% limit, 0 between the lower limits, 4 within the "
        "95% limits, 0 between the upper limits, 1 above the 99.8% limit."
    )


def test_every_point_of_a_funnel_plot_says_whose_it_is() -> None:
    svg = study_charts.funnel(six().rate("held_of_ended"))

    titles = [each.text for each in ElementTree.fromstring(svg).iter(f"{SVG}title")]
    assert titles[0] == "Held, of episodes ended: all children"
    assert sorted(title for title in titles[1:] if title)[0] == "E09000000, 50.0%, 50 of 100"
    assert len(titles) == 7


def test_the_bars_of_who_could_answer_are_all_councils_asked() -> None:
    found = study(*FOUR)

    assert study_charts.able(found)["all"] == (3, 0, 1, 0, 3)
    assert all(sum(counts) == 7 for counts in study_charts.able(found).values())
    assert "All children: 3 of 7" in study_charts.able_in_words(found)


def test_every_figure_of_the_workbook_leads_to_its_file_and_rows(tmp_path: Path) -> None:
    exports.write_xlsx(tmp_path / "study.xlsx", told.sheets(study(*FOUR), None))

    book = python_calamine.load_workbook(tmp_path / "study.xlsx")
    rows = list(book.get_sheet_by_name("Councils").iter_rows())
    first = dict(zip(rows[0], rows[1], strict=True))
    assert "Problems" in book.sheet_names
    assert (first["name"], first["numerator"], first["denominator"]) == ("Hartlepool", 50, 100)
    assert first["file"] == "hartlepool.csv"
    assert (first["row of the numerator"], first["row of the denominator"]) == (8, 2)


def test_each_sheet_has_a_heading_over_every_cell() -> None:
    for sheet in told.sheets(study(*FOUR, councils=COUNCILS), None):
        rows = list(sheet.rows)
        assert all(len(row) == len(sheet.header) for row in rows), sheet.title
        assert len(sheet.widths) == len(sheet.header), sheet.title

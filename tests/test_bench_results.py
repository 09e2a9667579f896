"""Each measurement keeps its section of RESULTS.md and leaves the others."""

from bench.results import with_section

PAGE = "# Measurements\n\n## One\n\n1 request\n\n| a |\n|---|\n\n## Two\n\n2 requests\n"


def test_a_section_is_replaced_where_it_was() -> None:
    assert (
        with_section(PAGE, "One", "3 requests\n") == "# Measurements\n\n## One\n\n3 requests\n\n## Two\n\n2 requests\n"
    )


def test_a_new_section_comes_last() -> None:
    assert with_section(PAGE, "Three", "\n3 requests") == f"{PAGE}\n## Three\n\n3 requests\n"


def test_writing_the_same_again_changes_nothing() -> None:
    assert with_section(PAGE, "Two", "2 requests") == PAGE

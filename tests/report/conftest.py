import pytest
from report_samples import Page


@pytest.fixture(scope="session")
def page():
    return Page(count=700)


@pytest.fixture(scope="session")
def korean():
    return Page("ko", count=700)


@pytest.fixture(scope="session")
def make_page():
    return Page

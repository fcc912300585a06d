"""Archives of papers: one file for each person, which every system can unpack."""

import io
import zipfile

import pytest

from tests.clock import NOW
from zoom_bridge.web.archive import archived, fit


@pytest.mark.parametrize(
    "name", ["x" * 300, "\N{CJK UNIFIED IDEOGRAPH-738B}" * 130, "../../etc/passwd", "Albers, Anna", ""]
)
def test_two_of_the_same_name_are_two_files_however_long_it_is(name: str) -> None:
    files = [(fit(name, f" ({number}).pdf"), b"%PDF") for number in (1, 2)]

    found = zipfile.ZipFile(io.BytesIO(b"".join(archived(files, NOW)))).namelist()

    assert len(set(found)) == 2
    for number, one in enumerate(found, 1):
        assert one.endswith(f"({number}).pdf")
        assert len(one.encode()) < 256, "more takes no file system"
        assert not set(one) & set('/\\<>:"|?*')
        assert not one.startswith((".", " "))

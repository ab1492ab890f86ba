import string

from hypothesis import given
from hypothesis import strategies as st

from soundings.log.header_codec import pack_headers, unpack_headers

names = st.text(alphabet=string.printable + "äß中", max_size=12)


@given(st.lists(st.tuples(names, st.binary(max_size=40)), max_size=8).map(tuple))
def test_headers_come_back_as_they_were(headers):
    assert unpack_headers(pack_headers(headers)) == headers


def test_no_headers_take_no_room():
    assert pack_headers(()) == b""


def test_ever_changing_shapes_are_forgotten_and_still_read():
    packed = [pack_headers((("name", b"x" * length),)) for length in range(10_000)]
    assert [len(unpack_headers(one)[0][1]) for one in packed] == list(range(10_000))

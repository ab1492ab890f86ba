from soundings.log.port import partition_of


def test_the_partition_of_a_key_never_changes():
    """CRC-32 of "123456789" is 0xCBF43926, the check value given with every description of the sum."""
    assert partition_of(b"123456789", 1 << 32) == 0xCBF43926
    assert partition_of(b"123456789", 8) == 6

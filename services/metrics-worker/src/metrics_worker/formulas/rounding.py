"""Figures as people read them, rounded from exact integers: ties go away from zero (1.005 is 1.01)."""


def round_half_up(numerator: int, denominator: int, decimals: int) -> str:
    """A fraction with so many decimals; the denominator is positive, and what rounds to zero has no sign."""
    scale = 10**decimals
    units = (2 * abs(numerator) * scale + denominator) // (2 * denominator)
    whole, rest = divmod(units, scale)
    sign = "-" if numerator < 0 < units else ""
    return f"{sign}{whole}.{rest:0{decimals}}" if decimals else f"{sign}{whole}"


def percent_text(numerator: int, denominator: int) -> str:
    """A proportion: `82.1 %`."""
    return f"{round_half_up(100 * numerator, denominator, 1)} %"


def mean_text(numerator: int, denominator: int) -> str:
    """A mean, in the unit of what is averaged (points, seconds, minor units): `4.21`."""
    return round_half_up(numerator, denominator, 2)


def signed_text(numerator: int, denominator: int) -> str:
    """A score that may be on either side of zero: `+12.3`, `-4.0`, `0.0`."""
    text = round_half_up(numerator, denominator, 1)
    return text if text.startswith("-") or text == "0.0" else f"+{text}"


def integer_text(value: float) -> str:
    """A count, a point of a scale, or an amount known within 1 %: no decimals."""
    return round_half_up(*value.as_integer_ratio(), 0)

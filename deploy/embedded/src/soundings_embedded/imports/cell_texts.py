"""Values of cells as texts."""

from datetime import date, datetime, time, timedelta


def plain_text(value: object) -> str:
    """A value as the text that a CSV file would have for it."""
    match value:
        case None:
            text = ""
        case bool():
            text = "true" if value else "false"
        case float() if value.is_integer():
            text = str(int(value))
        case datetime():
            text = value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            text = value.isoformat()
        case timedelta():
            whole = round(value.total_seconds())
            text = f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
        case _:
            text = str(value)
    return text

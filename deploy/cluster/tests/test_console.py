"""What the person in front of the cluster sees."""

import io

from soundings_cluster.status_line import Console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_the_line_of_health_comes_when_what_is_up_changes():
    out = io.StringIO()
    console = Console(out)
    for state, lag in (("6 of 6 up", 1), ("6 of 6 up", 2), ("5 of 6 up", 3)):
        console.show(state, f"lag {lag}")
    console.say("news")
    console.leave()
    lines = [line.partition("  ")[2] or line for line in out.getvalue().splitlines()]
    assert lines == ["6 of 6 up  lag 1", "5 of 6 up  lag 3", "news"]


def test_on_a_terminal_the_line_of_health_is_written_over_and_stays_the_last():
    out = Terminal()
    console = Console(out)
    console.show("6 of 6 up", "lag 1")
    console.show("6 of 6 up", "lag 2")
    console.say("news")
    console.leave()
    written = out.getvalue()
    assert written.count("\n") == 2
    assert written.split("news\n")[1].endswith("lag 2\n")

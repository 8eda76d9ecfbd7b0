"""Numbers and durations as people read them."""


def seconds(duration: float) -> str:
    """A duration as people say it: "0.31 s", "4.0 s", "2 min 5 s", "1 h 2 min"."""
    if duration < 59.5:
        digits = 2 if duration < 0.995 else 1 if duration < 9.95 else 0
        return f"{duration:.{digits}f} s"
    minutes, rest = divmod(round(duration), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def number(value: float) -> str:
    """A number with four digits that count: "0.9710", "38.92", "1,234", "1.500e-07"."""
    if 999.95 <= abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:#.4g}"

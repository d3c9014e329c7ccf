"""How numbers are written for people: in one way everywhere, so that they can be compared.

Three significant digits, a true minus sign, `1.23e−5` for very small or large numbers, `36 %` with
a space. The moving picture writes them in the same way (`components/unrolled/text/numbers.js`).
Exported files have plain numbers instead. This module imports nothing of the package.
"""

from __future__ import annotations

import math

#: Numbers below the first, or from the second on, are written with an exponent.
SMALLEST, LARGEST = 1e-3, 1e4


def number(value: float, digits: int = 3) -> str:
    """Write a number with `digits` significant digits: `0.0123`, `−4.5`, `1.2e−5`, `∞`, `–`.

    Trailing zeros are left out. NaN is written as a dash.
    """
    value = float(value)
    if math.isnan(value):
        return "–"
    sign = "−" if value < 0 else ""
    size = abs(value)
    if math.isinf(size):
        return f"{sign}∞"
    if size == 0:
        return "0"
    lead, _, exponent = f"{size:.{digits - 1}e}".partition("e")
    # After rounding, because 0.0009999 becomes 0.001 and 9999.6 becomes 10000.
    rounded = float(f"{lead}e{exponent}")
    if SMALLEST <= rounded < LARGEST:
        places = max(digits - 1 - int(exponent), 0)
        text = f"{rounded:.{places}f}"
        return sign + (text.rstrip("0").rstrip(".") if "." in text else text)
    lead = lead.rstrip("0").rstrip(".") if "." in lead else lead
    return f"{sign}{lead}e{str(int(exponent)).replace('-', '−')}"


def percent(share: float) -> str:
    """Write a share as a percentage: `63 %`, `1.2 %`, `0.004 %`, `99.9 %`, `–`.

    Whole percentages from 10 on, two significant digits below. Rounding never claims perfection:
    0.9996 is `99.9 %`, and a number that is not zero is never `0 %`.
    """
    value = 100 * float(share)
    if math.isnan(value) or math.isinf(value):
        return f"{number(value)} %" if math.isinf(value) else "–"
    if 99.5 <= value < 100:
        return f"{math.floor(value * 10) / 10:.1f} %"
    return f"{number(round(value), 15) if abs(value) >= 9.95 else number(value, 2)} %"


def share(value: float) -> str:
    """Write the share that is left of something: `63 %`, `0.004 %`, `2.3e−9 of it`."""
    if value >= 9.995:
        return f"{number(value)} times as much"
    return f"{number(value, 2)} of it" if 0 < value < 1e-5 else percent(value)


def power_of_ten(exponent: float) -> str:
    """Write a power of ten that a float may be unable to represent: `1e−400`."""
    return f"1e{f'{exponent:.0f}'.replace('-', '−')}"


def factor(value: float | None) -> str:
    """Write a factor: `×0.63`, `×1.2e−9`; a dash if there is none."""
    if value is None or math.isnan(value):
        return "–"
    return f"×{value:.2f}" if 0.095 <= value < 99.5 else f"×{number(value, 2)}"

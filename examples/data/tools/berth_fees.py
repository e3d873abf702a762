"""What a berth costs: the rules of section 4.1 of the handbook."""

from dataclasses import dataclass

VISITOR_RATE = 2.4  # euros for each metre
ANNUAL_RATE = 96.0  # euros for each metre
FREE_AFTER = 7


@dataclass(frozen=True)
class Vessel:
    """A vessel that wants a berth."""

    name: str
    length_m: float
    working: bool = False
    member: bool = False


def annual_fee(vessel: Vessel) -> float:
    """The fee for a year, in euros. Working vessels of members pay half."""
    fee = vessel.length_m * ANNUAL_RATE
    return fee / 2 if vessel.working and vessel.member else fee


def visitor_fee(vessel: Vessel, days: int) -> float:
    """The fee for a visit, in euros. Every seventh consecutive day is free."""
    if days < 1:
        raise ValueError(f"days={days} is not positive")
    charged = days - days // FREE_AFTER
    return round(charged * vessel.length_m * VISITOR_RATE, 2)


def credit_for_empty_berth(days_empty: int, visitor_income: float) -> float:
    """What the holder of a berth gets back when it was let to visitors."""
    return visitor_income / 2 if days_empty > 90 else 0.0

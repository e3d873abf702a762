"""Whether a sailing may leave: the limits of chapter 3 of the handbook."""

OPEN_BOAT_LIMIT = 6
DECKED_BOAT_LIMIT = 8
FOG_STOP_M = 200
FOG_SLOW_M = 1000


class Forecast:
    """Wind in Beaufort, visibility in metres, wind direction in degrees."""

    def __init__(self, wind: int, visibility: int, direction: int) -> None:
        self.wind = wind
        self.visibility = visibility
        self.direction = direction

    def swell_breaks_over_steps(self) -> bool:
        """Between north-west and north the outer quay loses one step."""
        return 315 <= self.direction <= 360

    def may_sail(self, *, decked: bool, from_outer_quay: bool) -> bool:
        """True if passengers may be carried."""
        limit = DECKED_BOAT_LIMIT if decked else OPEN_BOAT_LIMIT
        if from_outer_quay and self.swell_breaks_over_steps():
            limit -= 1
        return self.wind < limit and self.visibility >= FOG_STOP_M

    def speed_limit(self) -> float | None:
        """Knots, or None where there is no limit."""
        return 6.0 if self.visibility < FOG_SLOW_M else None

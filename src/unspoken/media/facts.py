"""What is known about a source before and after it was read: container facts and clock facts."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ClockFacts", "SourceFacts"]


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Where the pictures come from.

    Parameters
    ----------
    path : str
        As the user gave it.
    kind : str
        "file" or "image sequence".
    sha256 : str
        Of the file's bytes (of all pictures in order, for an image sequence).
    bytes : int
        Size on disk.
    container, codec, pixel_format : str
        FFmpeg's names; codec is the image format for an image sequence.
    width, height : int
        Upright, square pixels.
    rotation_deg : int
        Rotation metadata that was applied: 0, 90, 180 or 270, clockwise.
    pixel_aspect : float
        Width of a stored pixel over its height; 1.0 for square.
    has_audio : bool
        Whether there is an audio stream.
    """

    path: str
    kind: str
    sha256: str
    bytes: int
    container: str
    codec: str
    pixel_format: str
    width: int
    height: int
    rotation_deg: int
    pixel_aspect: float
    has_audio: bool


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What the time stamps say. All times in seconds, rates in Hz.

    Parameters
    ----------
    frames : int
        Pictures the container holds, as decoded.
    start_s, end_s : float
        Capture time of the first picture, and of the last picture plus the median step.
    median_rate_hz : float
        One over the median step between pictures; NaN for fewer than two pictures.
    container_rate_hz : float
        The rate the container claims, which is often only an average; NaN if it claims none.
    jitter_s : float
        Half the distance between the 5th and the 95th percentile of the steps.
    longest_step_s : float
        The longest step between two neighbouring pictures.
    gaps : tuple of tuple of float
        (start_s, end_s) of steps longer than 1.5 median steps: missing pictures.
    missing_frames : int
        Pictures that would fit into those gaps.
    duplicate_frames : int
        Pictures whose pixels repeat the one before while their time goes on.
    repeated_times : int
        Pictures whose time stamp does not rise (they were given the nearest rising time).
    variable_rate : bool
        Whether steps differ by more than the container's time resolution explains.
    interlaced : bool
        Whether pictures are flagged as interlaced.
    truncated : bool
        Whether decoding ended before the container's claimed end.
    """

    frames: int
    start_s: float
    end_s: float
    median_rate_hz: float
    container_rate_hz: float
    jitter_s: float
    longest_step_s: float
    gaps: tuple[tuple[float, float], ...]
    missing_frames: int
    duplicate_frames: int
    repeated_times: int
    variable_rate: bool
    interlaced: bool
    truncated: bool

    @property
    def duration_s(self) -> float:
        """End minus start, seconds."""
        return self.end_s - self.start_s

    @property
    def micro_possible(self) -> bool:
        """Whether the clock is fast enough for micro-expressions: at least 20 pictures a second."""
        return self.median_rate_hz >= 19.5

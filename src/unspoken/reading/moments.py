"""Moments: events in their segment, with the reading and the signals they support."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["SAME_MOVEMENT", "Moment", "Signal"]

#: Flag of a moment that tells again what a surer one tells: no signals, and counted nowhere.
SAME_MOVEMENT = "same_movement"


@dataclass(frozen=True, slots=True)
class Signal:
    """What a moment may mean for service.

    Parameters
    ----------
    kind : str
        One of `unspoken.reading.rules.SIGNALS`, or a kind the playbook declares.
    strength : float
        0..1: the rule's own weight times the probability of the reading it rests on, times how
        unusual the movement is for this person.
    rule : str
        Id of the rule of the playbook.
    evidence : tuple of str
        Plain sentences: what the rule found.
    response : str
        What to do, in words of service recovery.
    """

    kind: str
    strength: float
    rule: str
    evidence: tuple[str, ...] = ()
    response: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One event in its context.

    Parameters
    ----------
    moment_id, event_id : str
        The event's id in ``analysis.json``; the moment has the same.
    face_id : int
        Whose face.
    kind : str
        micro or macro. Blinks are no moments.
    start_s, apex_s, end_s : float
        Seconds on the recording's clock.
    action_units : dict of str to float
        Peak amplitude of each contributing unit, strongest first.
    emotions : dict of str to float
        Posterior over the seven emotions and "other"; sums to 1.
    reading : str
        One plain sentence: what was seen and what it is consistent with.
    segments : tuple of str
        Ids of the segments that hold the apex.
    speaker : str
        Role of who speaks at the apex: customer, staff, unknown; "" for nobody or no transcript.
    said : str
        What was said in the seconds before and at the apex.
    rarity : float
        0..1: the chance that a minute of this person's own footage holds no such movement. Near 0
        for a habit. See `unspoken.reading.baseline`.
    signals : tuple of Signal
        Strongest first; empty when no rule applies.
    flags : tuple of str
        The event's own, and ``duchenne_smile``, ``social_smile``, ``abstained``,
        ``short_baseline``, ``same_movement``.
    """

    moment_id: str
    event_id: str
    face_id: int
    kind: str
    start_s: float
    apex_s: float
    end_s: float
    action_units: dict[str, float] = field(default_factory=dict)
    emotions: dict[str, float] = field(default_factory=dict)
    reading: str = ""
    segments: tuple[str, ...] = ()
    speaker: str = ""
    said: str = ""
    rarity: float = float("nan")
    signals: tuple[Signal, ...] = ()
    flags: tuple[str, ...] = ()

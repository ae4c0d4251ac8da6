"""What a routing file may say, as frozen models: queues, priorities, hours, thresholds, safety and rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from voc.routing import conditions, hours, patterns
from voc.routing.conditions import Comparison
from voc.routing.hours import Hours, Opening
from voc.routing.patterns import Pattern
from voc.types import Sentiment

Action = Literal["auto", "suggest", "human"]
ACTIONS: tuple[Action, ...] = ("human", "suggest", "auto")
"""From the most careful to the least."""
ESCALATED = ("safety_or_legal", "churn_risk")
"""Intents that go to people whatever a file says, and whether or not the intent model knows them."""
BUILT_IN_FIELDS = ("rating", "nps", "channel", "contacts")
"""Fields that every ticket has; ``contacts`` counts the author's earlier tickets within ``repeat_within``."""


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _each(make: Any) -> Any:
    return BeforeValidator(lambda value: [make(item) for item in _listed(value)])


Names = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
Duration = Annotated[timedelta, BeforeValidator(hours.duration)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Priority(_Section):
    """How fast an answer is promised; ``clock: always`` counts nights and holidays too."""

    within: Duration
    clock: Literal["business", "always"] = "business"

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        given = value if isinstance(value, Mapping) else {"within": value}
        if given.get("clock", "business") == "business" and "d" in str(given.get("within", "")).lower():
            raise ValueError("in business time a day is unclear; write hours, or set clock: always")
        return given


class HoursSpec(_Section):
    """Business hours: ``days: {mon-fri: "09:00-17:30"}`` in a time zone, less holidays."""

    timezone: str = "UTC"
    days: dict[str, str] = Field(default_factory=lambda: {"mon-fri": "09:00-17:00"})
    holidays: frozenset[date] = frozenset()

    @field_validator("timezone")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"there is no time zone {name!r}; write such as Europe/Berlin") from None
        return name

    @model_validator(mode="after")
    def _open(self) -> HoursSpec:
        if not any(self.compiled.week.values()):
            raise ValueError("the doors never open")
        return self

    @cached_property
    def compiled(self) -> Hours:
        """Ready to count with."""
        week: dict[int, tuple[Opening, ...]] = {}
        for names, text in self.days.items():
            found = hours.openings(text)
            week.update(dict.fromkeys(hours.weekdays(names), found))
        return Hours(ZoneInfo(self.timezone), week, self.holidays)


class Limits(_Section):
    """Thresholds of one intent or language; what is left out is as for all."""

    auto_above: Share | None = None
    suggest_above: Share | None = None


class Thresholds(_Section):
    """How sure the models must be. A threshold of an intent or a language replaces the general one; where both
    are given, the stricter counts."""

    auto_above: Share
    suggest_above: Share
    margin: Share = 0.1
    """The lead over the runner-up below which a ticket is ambiguous, and only suggested."""
    out_of_scope_below: Share = 0.05
    """Typicality (0..1) below which a ticket is about nothing we know; also the share of tickets that we do
    know which is lost that way."""
    intents: dict[str, Limits] = Field(default_factory=dict)
    languages: dict[str, Limits] = Field(default_factory=dict)

    def auto(self, intent: str, language: str) -> float:
        """The confidence above which such a ticket needs nobody."""
        return self._of("auto_above", intent, language)

    def suggest(self, intent: str, language: str) -> float:
        """The confidence above which such a ticket gets a suggestion."""
        return self._of("suggest_above", intent, language)

    def _of(self, name: str, intent: str, language: str) -> float:
        own = [
            value
            for limits in (self.intents.get(intent), self.languages.get(language))
            if limits is not None and (value := getattr(limits, name)) is not None
        ]
        return max(own) if own else float(getattr(self, name))


class Escalation(_Section):
    """Where an intent that must not be missed goes, always to people."""

    queue: str
    priority: str
    also_above: Share = 0.2
    """Escalate as well when the intent is not the first, but has this probability."""


class When(_Section):
    """Conditions of a rule, all of which must hold; an empty one holds for every ticket."""

    intent: Names | None = None
    sentiment: Annotated[tuple[Sentiment, ...], BeforeValidator(_listed)] | None = None
    language: Names | None = None
    text: Annotated[tuple[Pattern, ...], _each(patterns.parse)] | None = None
    where: Annotated[tuple[Comparison, ...], _each(conditions.parse)] = ()

    @property
    def on_facts(self) -> bool:
        """Whether no model's answer is asked (the language apart)."""
        return self.intent is None and self.sentiment is None


class Rule(_Section):
    """One rule. With a queue it decides; without one it raises the priority or lowers what may be done without
    people, and the rules after it go on."""

    name: str = ""
    when: When = When()
    queue: str | None = None
    priority: str | None = None
    action: Action | None = None
    """The most that may be done: ``human`` and ``suggest`` hold a ticket back however sure the models are."""


class Rules(_Section):
    """A whole routing file, checked."""

    description: str = ""
    queues: dict[str, str]
    """Name -> what it is for."""
    fallback: str
    """The queue of people who get whatever no rule takes or nobody is sure of."""
    priorities: dict[str, Priority]
    """The most urgent first."""
    default_priority: str
    hours: HoursSpec | None = None
    """Without them every clock counts always."""
    thresholds: Thresholds
    auto_languages: tuple[str, ...] | None = None
    """Languages that may be routed without people; those in which the intents were measured when None."""
    safety: dict[str, Escalation] = Field(default_factory=dict)
    fields: dict[str, tuple[str, ...] | Literal["any", "list"]] = Field(default_factory=dict)
    """Metadata that rules may ask for, with the values it may have."""
    repeat_within: Duration = timedelta(days=7)
    rules: tuple[Rule, ...]

    @field_validator("queues", "fields", mode="before")
    @classmethod
    def _names(cls, value: Any, info: Any) -> Any:
        empty = "" if info.field_name == "queues" else "any"
        if isinstance(value, list):
            value = dict.fromkeys(map(str, value))
        if not isinstance(value, Mapping):
            return value
        return {
            str(name): empty
            if content is None
            else list(map(str, content))
            if isinstance(content, list)
            else content
            for name, content in value.items()
        }

    @field_validator("rules", mode="after")
    @classmethod
    def _named(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(
            rule if rule.name else rule.model_copy(update={"name": f"rule {number}"})
            for number, rule in enumerate(rules, 1)
        )

    @property
    def asked(self) -> set[str]:
        """Fields that the rules ask for, as they spell them."""
        return {comparison.field for rule in self.rules for comparison in rule.when.where}

    def urgency(self, priority: str) -> int:
        """Place among the priorities: 0 for the most urgent."""
        return list(self.priorities).index(priority)

    def more_urgent(self, *priorities: str) -> str:
        """The most urgent of several."""
        return min(priorities, key=self.urgency)

    def escalation(self, intent: str) -> Escalation | None:
        """How an intent escalates: as the file says; what must escalate does so without its saying."""
        if intent in self.safety:
            return self.safety[intent]
        if intent in ESCALATED:
            return Escalation(queue=self.fallback, priority=next(iter(self.priorities)))
        return None

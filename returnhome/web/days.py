"""Form fields for days and moments: boxes that take what people type and keep how sure they are."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.template import engines
from markupsafe import Markup

from returnhome.rules import clock
from returnhome.web import typed
from returnhome.web.gds import Component, Params, macro, opened_by_css


class Boxes(forms.Widget):
    """Several small boxes under one name: `born-day`, `born-month`, `born-year`."""

    def __init__(self, *parts: str) -> None:
        super().__init__()
        self.parts = parts

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return {part: str(data.get(f"{name}-{part}") or "").strip() for part in self.parts}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(f"{name}-{part}" in data for part in self.parts)


DAY_BOXES = (("day", 2), ("month", 2), ("year", 4))


class InBoxes(Component):
    """A field of several boxes; `empty_value` stands for nothing typed."""

    def _error(self, mistyped: typed.Mistyped) -> ValidationError:
        noun = self.noun or "the answer"
        sentence = f"{noun[:1].upper()}{noun[1:]} {mistyped.sentence}"
        return ValidationError(sentence, code="mistyped", params={"boxes": mistyped.boxes})

    def _wrong(self, bound: BoundField) -> tuple[str, ...]:
        """Which boxes the error is about; all of them if it does not say."""
        errors = bound.form.errors.as_data().get(bound.name, [])
        if not errors:
            return ()
        return (errors[0].params or {}).get("boxes") or self.widget.parts

    def anchor(self, bound: BoundField) -> str:
        wrong = self._wrong(bound)
        return f"{bound.auto_id}-{wrong[0] if wrong else 'day'}"

    def boxes(self, value: Any) -> dict[str, str]:
        """What the boxes hold at first."""
        raise NotImplementedError

    def shown(self, bound: BoundField) -> dict[str, str]:
        value = bound.value()
        return value if isinstance(value, dict) else self.boxes(value)

    def day_items(self, bound: BoundField) -> list[Params]:
        shown, wrong = self.shown(bound), self._wrong(bound)
        return [
            {
                "name": f"{bound.html_name}-{part}",
                "id": f"{bound.auto_id}-{part}",
                "label": part.capitalize(),
                "value": shown.get(part, ""),
                "classes": f"govuk-input--width-{width}"
                + (" govuk-input--error" if part in wrong else ""),
            }
            for part, width in DAY_BOXES
        ]


def _day_boxes(value: date | None) -> dict[str, str]:
    if value is None:
        return {}
    return {"day": str(value.day), "month": str(value.month), "year": str(value.year)}


class Date(InBoxes):
    """A day in three boxes; takes names of months and years of two figures; gives a `date`."""

    def __init__(self, label: str, **options: Any) -> None:
        options = {"hint": "For example, 27 3 2026"} | options
        super().__init__(label, widget=Boxes("day", "month", "year"), **options)

    def boxes(self, value: date | None) -> dict[str, str]:
        return _day_boxes(value)

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, dict):
            return value
        try:
            return typed.read_day(value["day"], value["month"], value["year"])
        except typed.Mistyped as mistyped:
            raise self._error(mistyped) from None

    def draw(self, bound: BoundField, params: Params) -> Markup:
        params |= {"fieldset": self.legend_params(), "items": self.day_items(bound)}
        return macro("date-input", params)


EXACT, ABOUT, DAY_ONLY = "exact", "estimated", "date"


class Moment(InBoxes):
    """A day, a UK time and how sure one is of it; gives a `rules.clock.Moment`.

    With `exact_only` there is no question how sure: for what the writer did at the time.
    """

    def __init__(self, label: str, *, exact_only: bool = False, **options: Any) -> None:
        parts = ("day", "month", "year", "time", "precision", "minutes")
        options = {"hint": "For example, 27 3 2026 at 7:40am or 19:40"} | options
        super().__init__(label, widget=Boxes(*parts[:4] if exact_only else parts), **options)
        self.exact_only = exact_only

    def boxes(self, value: clock.Moment | datetime | None) -> dict[str, str]:
        if value is None:
            return {"precision": EXACT}
        if isinstance(value, datetime):
            value = clock.Moment(value)
        precision = value.precision
        shown = _day_boxes(value.day) | {"precision": precision.kind}
        if precision.kind != DAY_ONLY:
            local = value.at.astimezone(clock.LONDON)
            shown["time"] = f"{local:%H:%M}"
            if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
                shown["time"] += f" {local.tzname()}"
        if precision.kind == ABOUT:
            shown["minutes"] = str(precision.minutes)
        return shown

    def to_python(self, value: Any) -> clock.Moment | None:
        if not isinstance(value, dict):
            return value
        try:
            return self._read({part: value.get(part, "") for part in self.widget.parts})
        except typed.Mistyped as mistyped:
            raise self._error(mistyped) from None

    def _read(self, boxes: dict[str, str]) -> clock.Moment | None:
        day = typed.read_day(boxes["day"], boxes["month"], boxes["year"])
        text, known = boxes["time"], boxes.get("precision") or EXACT
        if day is None:
            if text:
                raise typed.Mistyped("must include the day, month and year", "day")
            return None
        if known == DAY_ONLY:
            if text:
                sentence = "has a time, and says that only the day is known: take one away"
                raise typed.Mistyped(sentence, "time")
            return clock.Moment.on(day)
        if not text:
            sentence = "must include a time"
            other = "" if self.exact_only else ", or say that only the day is known"
            raise typed.Mistyped(sentence + other, "time")
        at = typed.read_instant(day, text)
        if known != ABOUT:
            return clock.Moment(at)
        minutes = boxes["minutes"]
        if not (minutes.isascii() and minutes.isdigit() and 0 < int(minutes[:9]) <= 10_080):
            sentence = "must say how many minutes it may be out, such as 30"
            raise typed.Mistyped(sentence, "minutes")
        return clock.Moment(at, clock.estimated(int(minutes)))

    def draw(self, bound: BoundField, params: Params) -> Markup:
        parts = {"items": self.day_items(bound), "time": self._time(bound)}
        if not self.exact_only:
            parts["sure"] = self._sure(bound)
        template = engines["jinja2"].env.get_template("macros/moment.html")  # type: ignore[attr-defined]
        drawn = template.module.moment(params | parts | {"fieldset": self.legend_params()})
        return opened_by_css(drawn)

    def _small(self, bound: BoundField, part: str, label: str, **more: Any) -> Params:
        wrong = " govuk-input--error" if part in self._wrong(bound) else ""
        return {
            "name": f"{bound.html_name}-{part}",
            "id": f"{bound.auto_id}-{part}",
            "label": {"text": label},
            "value": self.shown(bound).get(part, ""),
            **more,
            "classes": more.get("classes", "") + wrong,
        }

    def _time(self, bound: BoundField) -> Params:
        return self._small(bound, "time", "Time", classes="govuk-input--width-5")

    def _sure(self, bound: BoundField) -> Params:
        minutes = self._small(
            bound,
            "minutes",
            "How far out might it be, either way?",
            classes="govuk-input--width-4",
            suffix={"text": "minutes"},
            inputmode="numeric",
        )
        about = {
            "value": ABOUT,
            "text": "Roughly",
            "conditional": {"html": macro("input", minutes)},
        }
        items: list[Params] = [
            {"value": EXACT, "text": "Exactly"},
            about,
            {"value": DAY_ONLY, "text": "Only the day is known"},
        ]
        chosen = self.shown(bound).get("precision") or EXACT
        for item in items:
            item["checked"] = item["value"] == chosen
        legend = {"legend": {"text": "How exactly is the time known?"}}
        name, anchor = f"{bound.html_name}-precision", f"{bound.auto_id}-precision"
        small = {"classes": "govuk-radios--small", "fieldset": legend, "items": items}
        return {"name": name, "idPrefix": anchor, **small}

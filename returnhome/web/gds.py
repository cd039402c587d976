"""Forms whose fields draw themselves as GOV.UK components.

A view binds a form and asks `form_page` for the page. What was typed always comes back; errors
stand in the summary and at their field; nothing needs JavaScript.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.utils.safestring import SafeString
from markupsafe import Markup, escape

from returnhome.rules import Blocked
from returnhome.web import looking

Params = dict[str, Any]

CONTROLS = re.compile(r' data-aria-controls="[^"]*"')


def macro(component: str, params: Params) -> Markup:
    """A GOV.UK component drawn: `macro("warning-text", {"text": ...})`."""
    name = "govuk" + "".join(word.capitalize() for word in component.split("-"))
    path = f"govuk_frontend_jinja/components/{component}/macro.html"
    drawn = getattr(engines["jinja2"].env.get_template(path).module, name)(params)  # type: ignore[attr-defined]
    return opened_by_css(drawn)


def opened_by_css(drawn: str) -> Markup:
    """Let returnhome.css open what a choice reveals: the script puts aria-expanded on a radio."""
    return Markup(CONTROLS.sub("", drawn))  # noqa: S704  the macros escape what they are given


def _noun(label: str) -> str:
    """A label inside a sentence: Date of birth → date of birth; NHS number stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _subject(noun: str, label: str, most: int) -> str:
    """What must not be longer: it is named in the summary above, away from its field."""
    if not noun:
        return f"Answer “{label}” with {most:,} characters"
    return f"{noun[:1].upper()}{noun[1:].removesuffix(' (optional)')} must be {most:,} characters"


class Component(forms.Field):
    """What all our fields share. `noun` names the field inside error sentences.

    `missing` is the whole sentence for a field left empty; without it one is made of the label.
    """

    ask = "Enter"

    def __init__(
        self,
        label: str,
        *,
        hint: str = "",
        noun: str = "",
        missing: str = "",
        classes: str = "",
        size: str = "s",
        **options: Any,
    ) -> None:
        messages = options.pop("error_messages", {})
        self.noun = noun or ("" if label.endswith("?") else _noun(label))
        ask = f"{self.ask} {self.noun}" if self.noun else f"Answer “{label}”"
        messages.setdefault("required", missing or ask)
        if most := options.get("max_length"):
            messages.setdefault("max_length", f"{_subject(self.noun, label, most)} or fewer")
        messages.setdefault("invalid_choice", missing or ask)
        super().__init__(label=label, help_text=hint, error_messages=messages, **options)
        self.classes = classes
        self.size = size

    def draw(self, bound: BoundField, params: Params) -> Markup:
        raise NotImplementedError

    def anchor(self, bound: BoundField) -> str:
        """The id that the error summary links to."""
        return bound.auto_id

    def label_params(self) -> Params:
        return {"text": self.label, "classes": f"govuk-label--{self.size}"}

    def legend_params(self) -> Params:
        return {"legend": {"text": self.label, "classes": f"govuk-fieldset__legend--{self.size}"}}


def base_params(bound: BoundField) -> Params:
    """Name, id, hint and the first error: what every component takes."""
    params: Params = {"name": bound.html_name, "id": bound.auto_id, "idPrefix": bound.auto_id}
    if bound.help_text:
        params["hint"] = {"text": bound.help_text}
    if bound.errors:
        params["errorMessage"] = {"text": bound.errors[0]}
    return params


# One line and more.


class Line(Component):
    """One line. `width` in characters: 2, 3, 4, 5, 10, 20 or 30.

    `suggestions` are offered while somebody types; anything else can be typed too.
    """

    kind = "text"
    suggestions: Sequence[str] = ()

    def __init__(
        self,
        label: str,
        *,
        width: int | None = None,
        suffix: str = "",
        autocomplete: str = "off",
        spellcheck: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(label, **options)
        self.width, self.suffix = width, suffix
        self.autocomplete, self.spellcheck = autocomplete, spellcheck

    def draw(self, bound: BoundField, params: Params) -> Markup:
        value = bound.value()
        params |= {
            "label": self.label_params(),
            "type": self.kind,
            "value": "" if value is None else str(value),
            "classes": f"govuk-input--width-{self.width}" if self.width else self.classes,
            "autocomplete": self.autocomplete,
            "spellcheck": self.spellcheck,
        }
        if self.suffix:
            params["suffix"] = {"text": self.suffix}
        if not self.suggestions:
            return macro("input", params)
        # With autocomplete off some browsers offer nothing at all.
        params |= {"attributes": {"list": f"{bound.auto_id}-list"}, "autocomplete": ""}
        return macro("input", params) + _datalist(f"{bound.auto_id}-list", self.suggestions)


def _datalist(name: str, values: Sequence[str]) -> Markup:
    options = (Markup('<option value="{}"></option>').format(value) for value in values)
    return Markup('<datalist id="{}">{}</datalist>').format(name, Markup("").join(options))


class Text(Line, forms.CharField):
    def __init__(self, label: str, *, max_length: int | None = None, **options: Any) -> None:
        super().__init__(label, max_length=max_length, **options)


class Email(Line, forms.EmailField):
    kind = "email"

    def __init__(self, label: str = "Email address", **options: Any) -> None:
        invalid = {"invalid": "Enter an email address in the right form, like name@example.gov.uk"}
        options = {"autocomplete": "email", "error_messages": invalid, **options}
        super().__init__(label, **options)


class Number(Line, forms.IntegerField):
    """A whole number."""

    def __init__(self, label: str, **options: Any) -> None:
        invalid = {"invalid": "Enter a whole number, such as 3"}
        options = {"width": 5, "error_messages": invalid, **options}
        super().__init__(label, **options)

    def draw(self, bound: BoundField, params: Params) -> Markup:
        return super().draw(bound, params | {"inputmode": "numeric"})


class Password(Component, forms.CharField):
    """Never sent back to the page."""

    def __init__(
        self, label: str = "Password", *, autocomplete: str = "current-password", **options: Any
    ) -> None:
        super().__init__(label, strip=False, **options)
        self.autocomplete = autocomplete

    def draw(self, bound: BoundField, params: Params) -> Markup:
        params |= {"label": self.label_params(), "autocomplete": self.autocomplete}
        return macro("password-input", params)


class Textarea(Component, forms.CharField):
    """Several lines, `count` the most characters. Words come back exactly as they were typed."""

    widget = forms.Textarea

    def __init__(
        self, label: str, *, rows: int = 5, count: int | None = None, **options: Any
    ) -> None:
        super().__init__(label, max_length=count, **options)
        self.rows, self.count = rows, count

    def to_python(self, value: Any) -> str | None:
        # A browser sends two characters for a new line and shows the person one.
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)

    def draw(self, bound: BoundField, params: Params) -> Markup:
        # The macros indent their lines; a child's words must not grow spaces on the way back.
        lines = escape(bound.value() or "").replace("\r\n", "\n").replace("\n", Markup("&#10;"))
        params |= {
            "label": self.label_params(),
            "rows": self.rows,
            "value": lines,
            "classes": self.classes,
            "spellcheck": True,
        }
        if self.count:
            return macro("character-count", params | {"maxlength": self.count})
        return macro("textarea", params)


class Hidden(Component, forms.CharField):
    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__("", noun="the page’s own fields again", **options)

    def draw(self, bound: BoundField, params: Params) -> Markup:
        value = bound.value()
        tag = Markup('<input type="hidden" name="{}" value="{}">')
        return tag.format(bound.html_name, "" if value is None else value)


class File(Component, forms.FileField):
    """One file. `accept` as in HTML, `largest` in bytes."""

    ask = "Choose"

    def __init__(
        self, label: str, *, accept: str = "", largest: int | None = None, **options: Any
    ) -> None:
        messages = {"empty": "The file is empty", "invalid": "Choose the file again"}
        super().__init__(label, error_messages=messages, **options)
        self.accept, self.largest = accept, largest

    def clean(self, data: Any, initial: Any = None) -> UploadedFile | None:
        file = super().clean(data, initial)
        if file and self.largest and file.size > self.largest:
            raise ValidationError(f"The file must be smaller than {self.largest // 1024**2} MB")
        return file

    def draw(self, bound: BoundField, params: Params) -> Markup:
        params |= {"label": self.label_params(), "javascript": True}
        if self.accept:
            params["attributes"] = {"accept": self.accept}
        if bound.data and not bound.errors and bound.form.errors:
            params["errorMessage"] = {"text": "Choose the file again: browsers do not keep it"}
        return macro("file-upload", params)


# Choices.


class Choice(Component):
    """What radios, checkboxes and drop-downs share.

    `hints` and `reveal` are by value: a hint under the choice, and the names of the fields that
    the choice opens. A field that is opened counts only while its choice is taken.
    """

    ask = "Select"

    def __init__(
        self,
        label: str,
        *,
        choices: Any = (),
        hints: Mapping[str, str] | None = None,
        reveal: Mapping[str, Sequence[str]] | None = None,
        or_before: str = "",
        inline: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(label, choices=choices, **options)
        self.hints = {str(value): hint for value, hint in (hints or {}).items()}
        self.reveal = {str(value): tuple(names) for value, names in (reveal or {}).items()}
        self.or_before = or_before
        self.inline = inline

    def taken(self, bound: BoundField) -> list[str]:
        value = bound.value()
        several = value if isinstance(value, list | tuple | set) else [value]
        return [str(one) for one in several if one not in (None, "")]

    def items(self, bound: BoundField) -> list[Params]:
        taken, items = self.taken(bound), []
        for value, label in self.choices:  # type: ignore[attr-defined]
            value = str(value)
            if value and value == self.or_before:
                items.append({"divider": "or"})
            item: Params = {"value": value, "text": label, "checked": value in taken}
            if value in self.hints:
                item["hint"] = {"text": self.hints[value]}
            if names := self.reveal.get(value):
                inside = Markup("").join(draw(bound.form[name]) for name in names)
                item["conditional"] = {"html": inside}
            items.append(item)
        return items


class Radios(Choice, forms.TypedChoiceField):
    """One of a few. `coerce=Answer` gives back the rule's own word; nothing chosen gives None."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, **({"empty_value": None} | options))

    def draw(self, bound: BoundField, params: Params) -> Markup:
        items = [item for item in self.items(bound) if item.get("value") != ""]
        classes = f"{self.classes} govuk-radios--inline" if self.inline else self.classes
        params |= {"fieldset": self.legend_params(), "items": items, "classes": classes}
        return macro("radios", params)


class Select(Choice, forms.TypedChoiceField):
    """One of many."""

    def __init__(self, label: str, *, empty: str = "Choose", **options: Any) -> None:
        super().__init__(label, **({"empty_value": None} | options))
        self.empty = empty

    def draw(self, bound: BoundField, params: Params) -> Markup:
        items = [{"value": "", "text": self.empty}]
        items += [
            {"value": item["value"], "text": item["text"], "selected": item["checked"]}
            for item in self.items(bound)
            if item.get("value")
        ]
        params |= {"label": self.label_params(), "items": items, "classes": self.classes}
        return macro("select", params)


class Checkboxes(Choice, forms.TypedMultipleChoiceField):
    """Any of several; gives a list."""

    def draw(self, bound: BoundField, params: Params) -> Markup:
        params |= {
            "fieldset": self.legend_params(),
            "items": self.items(bound),
            "classes": self.classes,
        }
        return macro("checkboxes", params)


class Tick(Component, forms.BooleanField):
    """One box to tick, for something that is confirmed."""

    ask = "Confirm:"

    def draw(self, bound: BoundField, params: Params) -> Markup:
        item: Params = {"value": "on", "text": self.label, "checked": bool(bound.value())}
        if hint := params.pop("hint", None):
            item["hint"] = hint
        return macro("checkboxes", params | {"items": [item]})


# Forms and their pages.


def draw(bound: BoundField, **changes: Any) -> Markup:
    """One field as its component; fields of others by their widget."""
    params = base_params(bound)
    field = bound.field
    if isinstance(field, Component):
        return field.draw(bound, params | changes)
    value = bound.value()
    if isinstance(field.widget, forms.HiddenInput):
        return Markup(str(bound))  # noqa: S704  a hidden input, by Django itself
    if isinstance(field.widget, forms.CheckboxInput):
        item = {"value": "on", "text": bound.label, "checked": bool(value)}
        return macro("checkboxes", params | {"items": [item]} | changes)
    params["label"] = {"text": bound.label, "classes": "govuk-label--s"}
    params["autocomplete"] = field.widget.attrs.get("autocomplete", "off")
    if isinstance(field.widget, forms.PasswordInput):
        return macro("password-input", params | changes)
    params |= {"type": getattr(field.widget, "input_type", "text"), "value": value or ""}
    return macro("input", params | changes)


def _all_errors(form: forms.BaseForm) -> Iterator[tuple[str, str]]:
    """Each error and the id it belongs to, in the order of the page."""
    for name in [*form.fields, NON_FIELD_ERRORS]:
        for error in form.errors.as_data().get(name, []):
            if name == NON_FIELD_ERRORS or form[name].is_hidden:
                anchor = ""
            else:
                field = form.fields[name]
                bound = form[name]
                anchor = field.anchor(bound) if isinstance(field, Component) else bound.auto_id
            for message in error.messages:
                yield str(message), anchor


def error_summary(form: forms.BaseForm) -> Markup:
    """“There is a problem”, each sentence a link to its field; empty where there is none."""
    if not form.errors:
        return Markup("")
    items = [
        {"text": text, "href": f"#{anchor}"} if anchor else {"text": text}
        for text, anchor in _all_errors(form)
    ]
    return macro("error-summary", {"titleText": "There is a problem", "errorList": items})


class Form(forms.Form):
    """A form that draws itself.

    `sections` groups fields under headings: [("The child", ["name", "born_on"]), ...].
    Fields that a choice reveals are drawn inside it, required only while it is taken, and empty
    in `cleaned_data` otherwise.
    """

    sections: Sequence[tuple[str, Sequence[str]]] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | options))

    def _revealed(self) -> dict[str, bool]:
        """Fields that stand inside a choice, and whether that choice is taken."""
        open_now: dict[str, bool] = {}
        for name, field in self.fields.items():
            if isinstance(field, Choice):
                taken = field.taken(self[name])
                for value, names in field.reveal.items():
                    for inside in names:
                        open_now[inside] = open_now.get(inside, False) or value in taken
        return open_now

    def full_clean(self) -> None:
        closed = [name for name, is_open in self._revealed().items() if not is_open]
        required = {name: self.fields[name].required for name in closed}
        for name in closed:
            self.fields[name].required = False
        super().full_clean()
        for name in closed:
            self.fields[name].required = required[name]

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        # What stands in a branch not taken is shown again but does not count.
        for name, is_open in self._revealed().items():
            if not is_open:
                self._errors.pop(name, None)  # type: ignore[attr-defined]
                field = self.fields[name]
                empty = "" if isinstance(field, forms.CharField) else None
                self.cleaned_data[name] = empty

    def error_summary(self) -> Markup:
        return error_summary(self)

    def fields_drawn(self, *names: str) -> Markup:
        """Some fields, in the given order; those inside a choice come with it."""
        return Markup("\n").join(draw(self[name]) for name in names)

    def render(self, *args: Any, **options: Any) -> SafeString:
        inside = self._revealed()
        sectioned = {name for _, names in self.sections for name in names}
        rest = [name for name in self.fields if name not in inside and name not in sectioned]
        drawn = [self.fields_drawn(*rest)]
        for heading, names in self.sections:
            drawn.append(Markup('<h2 class="govuk-heading-m">{}</h2>').format(heading))
            drawn.append(self.fields_drawn(*(name for name in names if name not in inside)))
        return SafeString(Markup("\n").join(drawn))

    __str__ = __html__ = render


def blocked(form: forms.BaseForm, exception: Blocked) -> None:
    """Put a refusal of the rules into the form: on its field where it has one."""
    field = exception.field if exception.field in form.fields else None
    assert form.errors is not None  # reading it makes sure that the form was cleaned
    form.add_error(field, exception.sentence)


@contextmanager
def refusals_into(form: forms.BaseForm) -> Iterator[None]:
    """Run a verb; if the rules refuse, the form says so and the code goes on after the block.

    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            offers.answer(offer, **form.cleaned_data, by=request.user, at=request.now)
            return redirect("see-episode", offer.episode_id)
    return gds.form_page(request, form, title="Record the answer")
    """
    try:
        yield
    except Blocked as exception:
        blocked(form, exception)


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    title: str,
    caption: str = "",
    lead: str = "",
    inset: str = "",
    warning: str = "",
    button: str = "Save and continue",
    button_classes: str = "",
    back: str = "",
    cancel: str = "",
    template: str = "form.html",
    **context: Any,
) -> HttpResponse:
    """The page of a form, asked for or refused; `back` and `cancel` are addresses.

    `caption` stands above the heading and may hold a child's name, `title` goes to the browser's
    history and must not.
    """
    looking.again(request)
    given = {
        "form": form,
        "title": title,
        "caption": caption,
        "lead": lead,
        "inset": inset,
        "warning": warning,
        "button": button,
        "button_classes": button_classes,
        "back": back,
        "cancel": cancel,
    }
    return render(request, template, given | context)

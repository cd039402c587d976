"""A form field for a council: its name as people write it, with the names of all to choose from."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from markupsafe import Markup

from returnhome.casework import places
from returnhome.casework.places import Authority
from returnhome.web import gds
from returnhome.web.gds import Params


class Council(gds.Text):
    """Takes a council's name, also of one that has ended, or a district's; gives an Authority.

    Whether that council can be meant is for the verb to say. `on`: today, set by the form.
    """

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, **{"noun": "the council", "width": 30, **options})
        self.on = date.max

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        authority = places.meant_by(text, self.on)
        if authority is None:
            raise ValidationError(
                f"“{text}” is in no list of councils. Check how it is written, "
                "or choose a name from the list"
            )
        return authority

    def draw(self, bound: BoundField, params: Params) -> Markup:
        names = Authority.objects.existing_on(self.on).order_by("name")
        there = f"{bound.auto_id}-names"
        options = Markup("").join(
            Markup('<option value="{}"></option>').format(name)
            for name in names.values_list("name", flat=True)
        )
        drawn = super().draw(bound, params | {"attributes": {"list": there}})
        return drawn + Markup('<datalist id="{}">{}</datalist>').format(there, options)

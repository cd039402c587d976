"""Every page's address: one line a stage."""

from returnhome.web import (
    account,
    agreements,
    booking,
    duty,
    elsewhere,
    episodes,
    figures,
    finding,
    intake,
    letters,
    matching,
    offers,
    recording,
    sign_in,
    staff,
    story,
    support,
    worklist,
)

# To add a stage: import its module above and put it into this tuple.
STAGES = (
    sign_in,
    worklist,
    intake,
    matching,
    finding,
    story,
    episodes,
    offers,
    letters,
    booking,
    elsewhere,
    recording,
    support,
    figures,
    staff,
    agreements,
    duty,
    account,
)

urlpatterns = [pattern for stage in STAGES for pattern in stage.urlpatterns]

handler400 = "returnhome.web.errors.bad_request"
handler403 = "returnhome.web.errors.not_allowed"
handler404 = "returnhome.web.errors.not_found"
handler500 = "returnhome.web.errors.broken"

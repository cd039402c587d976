"""Every page's address: one line a stage."""

from returnhome.web import (
    account,
    booking,
    duty,
    episodes,
    figures,
    finding,
    intake,
    matching,
    offers,
    recording,
    rotas,
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
    booking,
    recording,
    support,
    figures,
    staff,
    duty,
    rotas,
    account,
)

urlpatterns = [pattern for stage in STAGES for pattern in stage.urlpatterns]

handler400 = "returnhome.web.errors.bad_request"
handler403 = "returnhome.web.errors.not_allowed"
handler404 = "returnhome.web.errors.not_found"
handler500 = "returnhome.web.errors.broken"

"""Every page's address, one line a stage; and the API's."""

from returnhome import api
from returnhome.web import (
    account,
    adult_pathway,
    agreements,
    booking,
    care,
    concerns,
    directory,
    disputes,
    duty,
    elsewhere,
    episodes,
    figures,
    finding,
    handovers,
    hosting,
    intake,
    letters,
    matching,
    meetings,
    offers,
    policies,
    protocols,
    recording,
    rotas,
    second_factor,
    sign_in,
    signed_in,
    staff,
    story,
    support,
    tellings,
    who_interviews,
    worklist,
)

# To add a stage: import its module above and put it into this tuple.
STAGES = (
    sign_in,
    second_factor,
    directory,
    signed_in,
    worklist,
    intake,
    matching,
    finding,
    story,
    care,
    hosting,
    episodes,
    handovers,
    letters,
    elsewhere,
    disputes,
    tellings,
    offers,
    booking,
    recording,
    support,
    adult_pathway,
    policies,
    meetings,
    concerns,
    protocols,
    figures,
    staff,
    agreements,
    duty,
    rotas,
    account,
    who_interviews,
    api,
)

urlpatterns = [pattern for stage in STAGES for pattern in stage.urlpatterns]

handler400 = "returnhome.web.errors.bad_request"
handler403 = "returnhome.web.errors.not_allowed"
handler404 = "returnhome.web.errors.not_found"
handler500 = "returnhome.web.errors.broken"

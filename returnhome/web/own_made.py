"""What a child drew or recorded and has not sent: saved as they go, and theirs alone."""

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import path

from returnhome.casework import childs_part
from returnhome.casework.childs_part import Made
from returnhome.rules.choosing import Asked
from returnhome.rules.making import Making
from returnhome.web import made
from returnhome.web.own_pages import Visit, for_child


@for_child
def own_made(visit: Visit, question: str, what: str) -> HttpResponse:
    """Given to look at or listen to; sent by the page itself, taken, replaced or taken away."""
    if question not in set(Asked) or what not in set(Making):
        raise Http404
    asked = Asked(question)
    if not visit.is_sent_in:
        drafts = visit.way_in.own_words.filter(question=asked, sent_at=None)
        kept = Made.objects.filter(own_words__in=drafts, what=what).first()
        if kept is None:
            raise Http404
        return made.given(visit.request, kept)
    if "take" in visit.request.POST:
        childs_part.take_away(visit.way_in, asked, Making(what), at=visit.now)
        return JsonResponse({})
    files = {name: file for name, file in visit.request.FILES.items() if name == what}
    problem = made.take_in(visit.way_in, asked, files, language=visit.words.code, at=visit.now) or (
        "" if files else "say.file_wrong"
    )
    if problem:
        return JsonResponse({"problem": visit.words.say(problem)}, status=400)
    return JsonResponse({"saved": visit.words.clock(visit.now)})


urlpatterns = [path("m/say/<str:question>/<str:what>", own_made, name="own-made")]

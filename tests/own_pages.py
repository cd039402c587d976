"""A child's own pages in every state their parts have, with invented words and without a database."""

from datetime import datetime

from django.template import engines

from returnhome.web import own_words

START = """{% extends "own/frame.html" %}{% import "own/parts.html" as parts %}{% block page %}"""
FORM = """<form method="post" action="/m/page"><input type="hidden" name="csrfmiddlewaretoken" value="x">"""

# Each page's inside. What a worker or a child wrote is invented.
PAGES = {
    "door": """{{ parts.heading(words, "door.title") }}{{ parts.said(words, "door.text") }}
{{ parts.said(words, "door.phone", kind="hint") }}"""
    + FORM
    + """{{ parts.button(words, "door.open") }}</form>""",
    "shut": """{{ parts.heading(words, "shut.title") }}{{ parts.said(words, "shut.text") }}
{{ parts.said(words, "shut.again") }}{{ parts.said(words, "shut.ring") }}{{ parts.helplines(words) }}""",
    "first": """{{ parts.heading(words, "first.title") }}{{ parts.said(words, "first.intro") }}
{% for title, texts in (("read", ("read", "record")), ("not", ("not",)), ("cannot", ("cannot", "told")),
                        ("yours", ("skip", "no", "sent"))) %}
{{ parts.heading(words, "first." ~ title ~ "_title", 2) }}
{% for text in texts %}{{ parts.said(words, "first." ~ text) }}{% endfor %}{% endfor %}"""
    + FORM
    + """{{ parts.button(words, "first.done") }}</form>""",
    "home": """{{ parts.heading(words, "home.title") }}{{ parts.said(words, "home.intro") }}
{{ parts.things(words, [("home.choose", "/m/a", "done"), ("home.say", "/m/b", "not_sent"),
  ("home.see", "/m/c", "new"), ("home.heard", "/m/d", ""), ("home.help", "/m/e", ""),
  ("home.talk", "/m/f", ""), ("home.first", "/m/g", ""), ("home.leave", "/m/leave", "")]) }}""",
    "choose": """{{ parts.heading(words, "choose.title") }}{{ parts.said(words, "choose.intro") }}"""
    + FORM
    + """{{ parts.cards(words, "choose.want", "want", chosen=["yes"]) }}
{{ parts.cards(words, "choose.who", "who", many=true, chosen=["same"]) }}
{{ parts.text_box(words, "who_own", "choose.who.own", rows=2) }}
{{ parts.cards(words, "choose.where", "where", many=true) }}
{{ parts.cards(words, "choose.when", "when", many=true) }}
{{ parts.cards(words, "choose.beside", "beside", many=true) }}
{{ parts.said(words, "choose.beside.advocate", kind="hint") }}
{{ parts.cards(words, "choose.needs", "needs", many=true, chosen=["quiet", "breaks"]) }}
{{ parts.said(words, "choose.try") }}
<div class="buttons">{{ parts.button(words, "frame.save") }}{{ parts.link(words, "frame.skip", "/m/skip", "plain") }}</div></form>""",
    "chosen": """{{ parts.reply(words, ["choose.no_reply", "choose.still_check"]) }}
{{ parts.problem(words, ["frame.pick_one"]) }}{{ parts.heading(words, "choose.yours") }}
{{ parts.link(words, "choose.change", "/m/change") }}""",
    "way": """{{ parts.heading(words, "say.title") }}{{ parts.said(words, "say.intro") }}"""
    + FORM
    + """{{ parts.cards(words, "say.way", "way") }}{{ parts.button(words, "frame.next") }}</form>""",
    "write": """<p class="hint">{{ parts.t(words, "frame.step", number=2, total=9) }}</p>"""
    + FORM
    + """{{ parts.text_box(words, "words", "say.before.title", hint="say.before.hint", save="/m/save",
  value="my phone died and i didnt want to go back there", saved_at=words.clock(at), rows=6, alone=true) }}
{{ parts.said(words, "say.saved_not_sent", kind="hint") }}
<div class="buttons">{{ parts.button(words, "frame.next") }}{{ parts.link(words, "frame.skip", "/m/skip", "plain") }}
{{ parts.link(words, "say.another_way", "/m/way", "plain") }}</div></form>""",
    "pick": FORM
    + """<div class="small">{{ parts.cards(words, "say.pick", "pick", many=true, chosen=["worried", "home"], title="say.now.title", hint="say.now.hint", alone=true) }}</div>
{{ parts.text_box(words, "words", "say.pick.words", save="/m/save", rows=3) }}
{{ parts.button(words, "frame.next") }}</form>""",
    "sent": """{{ parts.heading(words, "say.sent_title") }}
{{ parts.reply(words, ["say.sent", "say.sent_when"], when=words.by(at, at)) }}
{{ parts.said(words, "say.sent_now") }}{{ parts.helplines(words) }}""",
    "see": """{{ parts.heading(words, "see.title") }}{{ parts.said(words, "see.intro") }}
{{ parts.written(words, "I stayed at a friend’s because of the shouting.", words.say("see.you_wrote", day=words.day(at)), "/m/n") }}
{{ parts.written(words, "Does not like the new house.", words.say("see.worker_wrote", day=words.day(at)), "/m/n", ["I like the house. It is the noise at night."]) }}
{{ parts.heading(words, "see.share_title", 2) }}{{ parts.said(words, "see.share_intro") }}
{{ parts.share(words, "That nights are loud where you live", "The home’s manager", "So that it gets quieter", words.say("see.share_planned"), "/m/o") }}
{{ parts.share(words, "That you hurt your foot", "A doctor", "To look at it", words.say("see.object_waiting", day=words.day(at)), answer="We will ask you again before the doctor comes.") }}""",
    "meant": FORM
    + """{{ parts.text_box(words, "meant", "see.not_meant_label", hint="see.not_meant_hint", alone=true) }}
{{ parts.button(words, "frame.send") }}</form>
{{ parts.heading(words, "see.object_title", 2, whom="a doctor") }}{{ parts.said(words, "see.object_next") }}""",
    "heard": """{{ parts.heading(words, "heard.title") }}{{ parts.said(words, "heard.intro") }}
{{ parts.promise(words, "asked", "To see my brother", "done", came="You saw him on Sunday.") }}
{{ parts.promise(words, "promised", "Ask for a quieter room", "still", by=words.say("heard.by", day=words.day(at)), href="/m/k") }}
{{ parts.promise(words, "asked", "To move school", "not_done", came="The school you named is full until summer.", href="/m/k") }}
{{ parts.said(words, "heard.not_all", kind="hint") }}""",
    "help": """{{ parts.heading(words, "help.title") }}{{ parts.helplines(words, whole=true) }}
{{ parts.heading(words, "help.ask_title", 2) }}
{% for each in ("advocate", "complaint", "wrong") %}
{{ parts.said(words, "help." ~ each ~ "_line") }}{{ parts.link(words, "help." ~ each, "/m/" ~ each) }}
{% endfor %}""",
    "talk": """{{ parts.heading(words, "talk.title") }}{{ parts.said(words, "talk.intro") }}"""
    + FORM
    + """{{ parts.faces(words, "talk.listened.title", "listened", "yes") }}
{{ parts.faces(words, "talk.choose.title", "choose") }}{{ parts.faces(words, "talk.safe.title", "safe") }}
{{ parts.said(words, "talk.apart", kind="hint") }}{{ parts.button(words, "frame.send") }}</form>""",
    "leave": """{{ parts.heading(words, "leave.title") }}{{ parts.said(words, "leave.text") }}
{{ parts.said(words, "leave.saved") }}{{ parts.said(words, "leave.message") }}
<div class="buttons">{{ parts.link(words, "leave.go", "/m/leave", "") }}</div>
{{ parts.said(words, "leave.close_line", kind="hint") }}"""
    + FORM
    + """{{ parts.button(words, "leave.close", "quiet") }}</form>""",
    "back": """{{ parts.said(words, "back.intro") }}"""
    + FORM
    + """{{ parts.button(words, "back.finished") }}</form>
{{ parts.heading(words, "back.title") }}{{ parts.said(words, "back.text") }}""",
}


def drawn(page: str, language: own_words.Language, at: datetime, *, talk: str = "missing chat") -> str:
    """One page as it is sent."""
    words = own_words.Words(language, talk=talk)
    within = page not in ("door", "shut")
    context = {
        "words": words,
        "at": at,
        "languages": [(each, "?in=" + each.code) for each in own_words.LANGUAGES.values()],
        "home_href": "/m/" if within and page != "home" else "",
        "help_href": "/m/help" if within else "",
        "back_href": "/m/" if page in ("choose", "write", "pick", "meant") else "",
    }
    source = START + PAGES[page] + "{% endblock %}"
    return engines["jinja2"].env.from_string(source).render(context)  # type: ignore[attr-defined]

"""Words by which `rules.marking` tells a name from another word.

Source: our own lists. They are of English. What is missing from them is marked, and a person
decides: too many marks, never one too few.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Who another child is, by how they stand to this one.
RELATIONS = _words(
    """
    brother brothers sister sisters twin twins sibling siblings cousin cousins stepbrother
    stepsister boyfriend girlfriend bestie roommate roommates housemate housemates classmate
    classmates
    """
)

# With a capital and no name of anybody whom it would tell of.
NO_NAME = _words(
    """
    i monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays
    thursdays fridays saturdays sundays january february march april may june
    july august september october november december christmas easter eid ramadan diwali halloween
    english welsh scottish irish british french polish romanian albanian vietnamese muslim christian
    england wales scotland ireland britain uk
    police council ofsted nhs camhs nspcc childline barnardos mash cse cce lac rhi ehcp send nrm iro
    pc dc sgt ds di dr mr mrs ms miss sir
    snapchat instagram whatsapp tiktok facebook youtube xbox playstation netflix google iphone
    android uber discord roblox fortnite
    mcdonalds kfc greggs tesco asda aldi lidl morrisons costa starbucks nandos
    mum mam mom dad nan nana gran grandad grandma grandpa nanny auntie aunt uncle carer staff
    a and e ok id tv dvd gp a&e
    """
)

# Common at the beginning of a sentence, where everything has a capital.
EVERYDAY = _words(
    """
    the a an this that these those there here then than what when where which who whom whose why how
    he she it they we you i him her his hers them their theirs us our ours my mine your yours its
    one some any all both each every either neither none nobody somebody someone anyone everybody
    everyone nothing something anything everything other others another such same
    and but or nor so yet for because if unless until while although though since as after before
    when whenever once like
    in on at to from by with without of off over under about above across along among around behind
    below beside between beyond during inside into near onto out outside past through toward towards
    up upon down within
    is are was were be been being am do does did done doing have has had having will would shall
    should can could may might must ought need dare
    not no yes never always often sometimes usually normally mostly only just really very too also
    again still already soon later now today tonight tomorrow yesterday maybe perhaps probably
    possibly apparently eventually finally suddenly recently afterwards instead anyway however
    please thanks thank sorry hello hi okay ok well right
    go goes went gone get gets got come comes came say says said tell tells told ask asks asked know
    knows knew think thinks thought see sees saw seen look looks looked want wants wanted feel feels
    felt make makes made take takes took find finds found give gives gave leave leaves left keep
    keeps kept let lets put puts run runs ran stay stays stayed walk walks walked sleep slept wake
    woke meet met meets talk talked call called ring rang text texted drive drove drink drank smoke
    smoked buy bought pay paid sell sold hide hid call calls
    mum mam mom dad nan nana gran grandad grandma auntie aunt uncle brother sister mother father
    parent parents family friend friends mate mates boy boys girl girls man men woman women child
    children kid kids people person adult adults teacher teachers staff carer carers police officer
    officers worker workers social doctor nurse home house school college class park shop shops
    town city street road bus train car taxi phone money food night day week month year morning
    afternoon evening weekend time times hour hours minute minutes first last next second third two
    three four five six seven eight nine ten many much more most less least few several half
    new old big small long short good bad better best worse worst nice late early young little
    happy sad angry scared safe
    child says young person worker
    """
)
# “Being”, “Running”: no forename that is not known besides ends so.
NO_ENDING = ("ing",)

# Names that are words as well: without a capital they are these.
ALSO_WORDS = _words(
    """
    will mark grace rose hope may joy faith summer dawn art bill jack rob sky star angel precious
    princess prince king queen young brown green white black grey long short day knight park wood
    woods hill lane field fields stone rich frank pat drew chase miles dean victor ivy holly daisy
    lily amber ruby pearl jade crystal ocean river rivers forest storm june april august autumn
    winter sunny honey melody harmony destiny heaven nevada gray price rice cook baker bishop page
    walker turner cooper mason carter hunter fisher gardener porter smith potter taylor miller brook
    brooks ford banks bond bell ball bird fox wolf lamb swan finch drake marsh moor more moore
    church castle bridge bridges house rooms small little good best love self moss case cross sharp
    swift wise west east north south penny sterling max major general bob nick tim dick sue don
    ray jean iris olive hazel heather ginger clay cliff glen dale harry jimmy guy earl duke barry
    basil berry
    cherry coral fern flora gene gay kit lance lee mercy myrtle norm opal pansy patience pepper
    poppy prudence sage scarlet scarlett serenity trinity van violet wade ward warren water waters
    winner
    """
)

"""Short and other forms of forenames.

Source: our own table, gathered from common knowledge of names.

A form can belong to several names (“Alex”, “Sam”, “Kit”), and one name can be written in many ways
in our letters (“Mohammed”, “Muhammad”). That two forms go together never says that two children are
one: it says that the names do not speak against it.
"""

from collections import defaultdict

# A name, and then the forms it is also known by. Each line by itself: no form leads on to another.
FORMS = """
aaron: ron ronnie
abdul: abdulla abdullah abdallah abdel
abdullah: abdulla abdallah abdul abdullahi
abdurrahman: abdulrahman abdirahman abdelrahman abdul
abigail: abbie abby abi gail abbey
ada: addie
adam: ad ads
adelaide: addie ada della heidi
adrian: ade
agnieszka: aga
ahmed: ahmad achmed ahmet amed
aidan: aiden adan ade
aileen: eileen
ainsley: ains
aisha: ayesha aishah aicha aysha aisya iesha
alan: al allan allen alun
albert: al bert bertie albie
aleksander: olek alex aleks alexander sasha
aleksandra: ola alex aleks alexandra sasha sandra
alexander: alex xander sasha al alec alexei sandy zander lex alasdair alistair aleksander
alexandra: alex lexi lexie sandra sasha alexa xandra sandy ally aleksandra
alexandria: alex lexi lexie
alexis: alex lexi lexie
alfred: alf alfie fred freddie
alice: ali ally alicia alise alys
alison: ali ally allie alyson allison
alistair: al ali alasdair alastair alister
amanda: mandy manda
amelia: amy millie milly mia emilia amalia
amina: aminah ameena aminata
amy: aimee aimie amelia
anastasia: ana stacy tasia nastya stasia
andrea: andie andi drea
andrei: andrew andy andriy
andrew: andy drew ands andreas
angela: angie ange
anna: ann anne annie ania anya hannah ana
annabel: anna bella belle annie annabelle
anne: ann annie anna
anthony: tony ant anton antony
antonia: toni nia tonia
archibald: archie baldie
arthur: art artie arty
ashley: ash lee ashleigh
barbara: babs barb barbie basia
barnaby: barney
bartholomew: bart barty
bartosz: bartek
beatrice: bea bee trixie beatrix
benedict: ben bennie ned
benjamin: ben benji benny benjy
bernadette: bernie detta
bethany: beth bethan bets
bilal: billal belal
bradley: brad
brandon: bran
brendan: bren
bridget: bridie biddy brigid
caitlin: cait katelyn kaitlyn caitlyn kate katie
callum: cal calum col
cameron: cam
caroline: carrie caz carol caro lina
carolyn: carol carrie caz
cassandra: cass cassie sandra
catherine: cath cathy kate katie kit kitty cat cate katherine kathryn catrin
cecilia: cece cissy celia
charles: charlie chas chaz chuck
charlotte: charlie lottie char charl lotte
chelsea: chels chelsie chelsey
cheyenne: chey
chiamaka: amaka chi
chidi: chidiebere
chinedu: nedu edu
christian: chris
christina: chris chrissie tina kristina
christine: chris chrissie tina
christopher: chris kit topher kris christo
clara: clare clarrie
clarissa: clare rissa
conor: connor con
courtney: court
cynthia: cindy cyn
daniel: dan danny dani daniyal danyal
danielle: dani danni ellie
darren: daz dazza
david: dave davey dai dafydd davy dawid
deborah: deb debbie debra debs
declan: dec
demetrius: dem
desmond: des
dimitri: dima mitya
dmitri: dima mitya dimitri dmitry
dominic: dom nic dominik
donald: don donnie
dorothy: dot dotty dolly thea
duncan: dunc
dylan: dyl dillon
ebony: ebs
edmund: ed eddie ned ted
edward: ed eddie ted teddy ned
eleanor: ellie ella nell nora lena elle elinor
elena: lena helen
elijah: eli lijah elias
elizabeth: liz lizzie beth betty eliza elsie libby liza bess betsy lisa ellie elisabeth elspeth
ella: ellie elle
ellen: ellie nell nelly
elliot: eli ell elliott
emily: em emmie millie milly emilie ems
emma: em emmy ems
emmanuel: manny emanuel manuel
ephraim: eph
erin: eryn
esther: essie hester
ethan: eth
eugene: gene
evangeline: eva evie angie
eve: evie
evelyn: evie eve eva lyn
ezekiel: zeke
faith: fay
fatima: fatimah fatma fatema fatoumata
felicity: fliss flick lissy
finlay: fin finn finley
finley: fin finn finlay
florence: flo florrie flossie
frances: fran frankie fanny
francesca: fran frankie chessie cesca
francis: frank frankie fran
franklin: frank
frederick: fred freddie freddy rick frederic
gabriel: gabe gab gabby
gabriella: gabby gabi ella gabrielle bella
gabrielle: gabby gabi elle gabriella
gareth: gaz garry
gary: gaz gazza garry
genevieve: gen viv evie
geoffrey: geoff jeff jeffrey
george: georgie geo
georgia: george georgie
georgina: george georgie gina
gerald: gerry jerry
gerard: gerry jerry ged
gillian: gill jill gilly jillian
grace: gracie
gregory: greg gregor grzegorz
grzegorz: greg grzesiek
guilherme: gui
gwendolyn: gwen wendy
hamza: hamzah
hannah: hanna han hana
harriet: hattie harri harrie hatty
harrison: harry haz
harry: harold henry harrison haz hazza
harvey: harv
hassan: hasan hassen
heather: heth
helen: nell nellie ellie lena
henrietta: hettie etta harri henri
henry: harry hal hank hen
holly: hols hollie
hope: hopey
hugh: hughie huw hugo
hussain: hussein husain hussayn husayn hossein
ibrahim: ibraheem ebrahim ibby abraham ib
imogen: immy immie imo
imran: immy emran
ioana: ioanna joana
isaac: ike zac isaak
isabel: izzy izzie bella belle isa isobel isabelle isabella
isabella: bella izzy izzie isa belle ella isabel isabelle
isabelle: izzy izzie bella belle isa isabel isabella
isaiah: zay
ishmael: ismail ish
ivan: vanya
jack: jackie john
jackson: jack jax
jacob: jake jakey coby jakob jakub
jacqueline: jackie jacqui jax
jakub: kuba jacob jake
james: jamie jim jimmy jem jay jimbo
jamie: james jay
janet: jan jenny
jasmine: jas jaz jazz yasmin yasmine jasmin
jason: jay jase
jayden: jay jaydon jaden
jeffrey: jeff geoff
jemima: jem mima
jennifer: jen jenny jenna jenni jennie
jeremiah: jerry jem remy
jeremy: jerry jem jez
jerome: jerry rome
jessica: jess jessie jessi jes
joanna: jo joanne asia joan anna
joanne: jo joanna
jodie: jo jody
john: johnny jon jack johnnie sean ian ivan
jonathan: jon jonny johnny jonty nathan jono
jordan: jord jords jordy
joseph: joe joey jo jojo yusuf
josephine: josie jo jojo posy
joshua: josh joshy
josiah: joe si
joy: joyce
judith: judy jude
julia: jules julie
julian: jules
katarzyna: kasia kate
katherine: kate katie kat kathy kath kit kitty katy kay catherine kathryn kathleen
kathleen: kath kathy kate katie
kathryn: kath kathy kate katie kat katherine
katie: kate kat katy katherine
kayleigh: kay kayley kaylee kayla
kenneth: ken kenny
kevin: kev
khadija: khadijah khadeeja
kieran: kier kieron ciaran
kimberley: kim kimmy kimberly
krzysztof: krzys kris chris
kyle: ky
lachlan: lach lachie
laura: lolly lauren laurie
lauren: loz laur laura ren
lawrence: larry laurie loz laurence
layla: leila laila leyla laylah
leah: lea lee lia
leon: leo
leonard: len lenny leo leon
leonardo: leo leon
leopold: leo
leroy: roy
lewis: lew louis
liam: william li
lillian: lily lil lilly lilian
lily: lil lilly lillie lillian
linda: lin lindy
logan: logie
louis: lou louie lewis
louise: lou lulu
lucas: luke luca luc
lucinda: lucy cindy lu
lucy: lu luce lucie
luke: lukas lucas
lydia: lyds liddy
mackenzie: mack kenzie mac
madeleine: maddie maddy mads madeline leni
madison: maddie maddy maddison mads
maja: maya maia
malachi: mal kai
malgorzata: gosia margaret
marcus: marc mark
margaret: maggie meg peggy greta rita daisy madge megan margo
maria: mia ria mari mary
mariam: maryam miriam maria mariama
marianne: mari anne maz
martha: marti mattie
martin: marty mart
mary: molly polly mae may maria
maryam: mariam miriam maryem
mason: mase
mateo: matt teo matthew
mateusz: matt mati matthew
matilda: tilly tillie mattie maud
matthew: matt matty matthias mat mateusz
maximilian: max maxi
maximus: max
maxwell: max
megan: meg megs meghan
melanie: mel
melissa: mel lissa missy
mercedes: mercy sadie
mia: maria amelia
michael: mike mikey mick micky mickey michal mikael
michal: michael
michelle: shell chelle mich
mikolaj: miki nick
mildred: millie milly
millicent: millie milly
miriam: mimi miri maryam
mitchell: mitch
mohammed: mo muhammad mohamed mohammad muhammed mohamad mehmet ahmed mohd muhamed
molly: mols mollie mary
morgan: mo morg
mustafa: mustapha moustafa
nadia: nadya nads
naomi: nay nomi
natalia: nat talia natasha natalie
natalie: nat natty nattie
natasha: tasha nat tash natalia
nathan: nath nate nat
nathaniel: nath nate nat nathan
niamh: neve nieve
nicholas: nick nicky nico nic nicolas colin
nicola: nic nicky nikki nicole
nicole: nic nicky nikki nicola
noah: noey
nuala: fionnuala
olamide: ola
oliver: ollie olly oli
olivia: liv livvy livvie ollie olive
oluwaseun: seun
oluwatobi: tobi toby
oscar: oz ozzy osc
oskar: oscar
owen: owain eoin
pamela: pam
patricia: pat trish trisha patsy patti tricia
patrick: pat paddy rick padraig patryk
patryk: patrick
paul: pauly pavel pawel
pawel: paul
penelope: penny poppy nell
peter: pete piotr
philip: phil pip phillip filip
philippa: pip pippa
phoebe: phoebs bee
piotr: peter
poppy: pops
precious: presh
quentin: quin
rachel: rach rae rachael
raymond: ray
rebecca: becky becca bex becks bec rebekah
reece: rhys rees reese
reuben: ben rube
rhiannon: rhi annon
rhys: reece rees reese
richard: rich rick ricky dick richie dickie
riley: rye reilly
robert: rob bob bobby robbie bert robin robbo
roberta: bobbie robbie
robin: rob robyn
roderick: rod roddy
rodney: rod
roger: rodge
ronald: ron ronnie
rosalind: ros roz rosie
rose: rosie
rosemary: rose rosie
rosie: rose rosa
rowan: roe rowen
ruby: rubes
rupert: rupe
ryan: ry
saffron: saffy saff
samantha: sam sammy sammie mantha
samuel: sam sammy samu samuil
sandra: sandy
sarah: sara sadie sal sally zara
saskia: sas
scarlett: scar lettie scarlet
scott: scotty
sean: shaun shawn john
sebastian: seb bas bastian
serena: rena
shannon: shan shaz
sharon: shaz shazza
shaun: sean shawn
shirley: shirl
sienna: si
simon: si
simran: simi sim
skye: sky
sofia: sophia sophie sofie
sophia: sophie soph sofia
sophie: soph sophia sofia
stacey: stace anastasia
stanislaw: stan staszek
stanley: stan
stefan: stef steven stephen
stella: stell
stephanie: steph steff stevie
stephen: steve stevie steven ste stefan
steven: steve stevie stephen ste
stuart: stu stewart
summer: sum
susan: sue susie suzie
susannah: sue susie zanna anna
suzanne: sue suzie
sylvester: sly
sylvia: syl sylvie
tabitha: tabby tabs
tamara: tammy tam mara
tamsin: tam tammy tamzin
taylor: tay tayla
terence: terry tel
teresa: terri tess tessa theresa
theodora: thea dora theo
theodore: theo teddy ted teo
theresa: terri tess tessa teresa
thomas: tom tommy thom tomas tomasz tam
tiffany: tiff
timothy: tim timmy
tobias: toby tobi
tomasz: tomek thomas tom
tristan: tris
tyler: ty
tyrone: ty
valentina: val tina
valerie: val
vanessa: ness nessa
veronica: vera ronnie roni
victor: vic wiktor
victoria: vicky vic tori tory vix vikki wiktoria
vincent: vince vinnie vin
violet: vi
virginia: ginny
vivienne: viv vivi
vladimir: vlad vova
walter: wally walt
wiktoria: victoria wika
wilfred: wilf fred freddie will
william: will bill billy liam willy wills willie
winifred: win winnie freddie
yasmin: yas yazmin yasmine jasmine yaz
yusuf: yousef yousuf youssef yusef joseph yusof yusuph
zachariah: zac zach zak zack
zachary: zac zach zak zack zachery
zainab: zaynab zeinab zaineb
zara: zahra sarah
zofia: zosia sophie sofia
zuzanna: zuza susan
"""


def _names(forms: str) -> dict[str, frozenset[str]]:
    names: defaultdict[str, set[str]] = defaultdict(set)
    for line in forms.strip().splitlines():
        name, _, others = line.partition(":")
        for form in (name, *others.split()):
            names[form].add(name)
    return {form: frozenset(theirs) for form, theirs in names.items()}


NAMES = _names(FORMS)
"""A form, folded → the names that it may stand for."""


def _initials() -> dict[str, frozenset[str]]:
    initials: defaultdict[str, set[str]] = defaultdict(set)
    for form, names in NAMES.items():
        for name in names:
            initials[name].add(form[0])
    return {name: frozenset(theirs) for name, theirs in initials.items()}


INITIALS = _initials()
"""A name → the first letters of all its forms."""

NONE: frozenset[str] = frozenset()


def go_together(one: str, other: str) -> bool:
    """Whether two folded forenames can stand for one name: “Kit” and “Chris”, “Mo” and “Mohammed”.

    “Oliver” and “Olivia” do not, though both are called “Ollie”.
    """
    return not NAMES.get(one, NONE).isdisjoint(NAMES.get(other, NONE))


def initials_of(forename: str) -> frozenset[str]:
    """The first letters of every form that goes together with this folded forename."""
    first = forename.split()[0] if forename else ""
    return frozenset(first[:1]).union(*(INITIALS[name] for name in NAMES.get(first, NONE)))

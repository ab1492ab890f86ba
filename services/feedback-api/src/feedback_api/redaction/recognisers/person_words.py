"""Words that mark an adjacent word as a person: titles, roles, relations and activities of people."""

from typing import Final


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Words after which a capitalised word is a name, be it a common word or not.
TITLES: Final = frozenset(
    [
        "Mr",
        "Mrs",
        "Ms",
        "Mx",
        "Dr",
        "Dra",
        "Prof",
        "Sr",
        "Sra",
        "Srta",
        "Lic",
        "Ing",
        "Sgt",
        "Cpl",
        "Rev",
        "Hon",
        "Supt",
        "Insp",
        "Miss",
        "Mister",
        "Doctor",
        "Doctora",
        "Professor",
        "Profesor",
        "Profesora",
        "Officer",
        "Judge",
        "Sergeant",
        "Detective",
        "Señor",
        "Señora",
        "Señorita",
        "Don",
        "Doña",
        "Licenciado",
        "Licenciada",
        "Ingeniero",
        "Ingeniera",
        "Enfermero",
        "Enfermera",
        "Nurse",
        "Sir",
        "Madam",
        "MR",
        "MRS",
        "MS",
        "DR",
        "DRA",
        "SR",
        "SRA",
        "SRTA",
    ]
)

# Words after which a capitalised word that is no common one is a name.
OFFICES: Final = frozenset(
    [
        "Councilman",
        "Councilwoman",
        "Councilmember",
        "Councillor",
        "Councilor",
        "Alderman",
        "Alderwoman",
        "Commissioner",
        "Inspector",
        "Inspectora",
        "Lieutenant",
        "Lt",
        "Capt",
        "Captain",
        "Deputy",
        "Trooper",
        "Corporal",
        "Constable",
        "Pastor",
        "Reverend",
        "Imam",
        "Rabbi",
        "Senator",
        "Congressman",
        "Congresswoman",
        "Sheriff",
        "Mayor",
        "Father",
        "Aunt",
        "Uncle",
        "Oficial",
        "Maestra",
        "Maestro",
        "Regidor",
        "Regidora",
        "Padre",
    ]
)

# Folded words after which a capitalised word is a person's name.
ROLES: Final = _words(
    """
    daughter son husband wife mother father mom mum dad brother sister aunt uncle cousin grandmother grandfather grandma
    grandpa grandson granddaughter neighbor neighbour friend niece nephew partner boyfriend girlfriend fiancé fiancée
    roommate landlord landlady tenant stepson stepdaughter clerk manager supervisor inspector nurse driver receptionist
    agent operator cashier librarian worker caseworker officer deputy teacher principal guard janitor secretary
    assistant representative rep lady gentleman man woman guy girl boy attendant technician counselor counsellor
    coordinator director doctor dentist carrier mailman postman employee colleague coworker boss custodian mechanic
    plumber ranger lifeguard paramedic dispatcher volunteer lawyer attorney judge realtor specialist staffer
    hija hijo esposo esposa madre padre mamá papá hermano hermana tía tío primo prima abuela abuelo nieto nieta vecino
    vecina amigo amiga novio novia cuñado cuñada suegra suegro empleado empleada funcionario funcionaria cajero cajera
    secretaria secretario enfermera enfermero maestra maestro licenciado licenciada doctora inspectora oficial
    gerente encargado encargada chofer señora señor señorita joven muchacha muchacho policía trabajadora trabajador
    ingeniero ingeniera supervisora directora bibliotecaria recepcionista compañero compañera abogado abogada
    """
)

# Folded words and pairs of words that often stand before a person's name.
BEFORE_PEOPLE: Final = _words(
    """
    thank thanks ask asked told named except met praise commend recommend kudos appreciate appreciated bless blame hello
    hi hey dear gracias contacté atendió ayudó conocí felicito hola estimado estimada
    """
) | frozenset(
    f"{verb} {word}"
    for verbs, word in (
        ("thanks thank-you spoke spoken talked speak talk grateful kudos credit shout out shoutout nod", "to"),
        ("spoke spoken talked met speak worked dealt dealing interview call", "with"),
        ("helped told served assisted treated informed greeted handled seen answered advised signed attended", "by"),
        ("gracias agradezco agradecer conocí vi felicito felicidades reconocer", "a"),
        ("hablé hable hablar hablamos traté cita", "con"),
        ("atendida atendido atendió tratado tratada", "por"),
        ("this it here", "is"),
        ("it", "was"),
        ("i", "am"),
        ("think", "was"),
    )
    for verb in verbs.split()
)

# Folded words that often stand after a person's name.
AFTER_PEOPLE: Final = _words(
    """
    was is has had helped helps told tells said says did does didn't doesn't never always took takes gave gives made
    makes answered answers knows knew deserves promised refused explained explains showed shows called calls stayed
    listened fixed came comes went works worked could would wasn't isn't who and treated handled found spoke speaks
    asked kept lied yelled smiled sent again deserved assisted walked waited needs wants
    me fue es nos le lleva lleva llegó atendió pidió dijo dice hizo no siempre nunca ayudó está estaba tiene tenía sabe
    resolvió explicó trató trabaja contestó quiso quien que y espera
    """
)

# First names that are words, brands or abbreviations too, when nobody troubles with capitals.
PLAIN_IN_LOWER_CASE: Final = _words(
    """
    adán alba alma ana andrea ángela angel angela april art asha beto buddy carol cher clara clemente consuelo
    cristal don dora eva fe felicia felicity felipe feliciano fiona gene gloria grace inmaculada ira iris jade jasmine
    jean jerry jesse jim jimmy joan joy june ken kim kit lance leo leonor lena luca lupe mariana marina marta max
    mercedes mike milagros nelson nick norma omar otto pablo paz percy peggy perla raj ray regina remedios renata rick
    ricky rita robin rosa rosalía rudy ruth salma saul scott serena sidney silvia simon sofia soledad sonia stella
    stormy su ted teresa tim tina tom tony troy val vera victor virgen vicente violet wanda winston amparo azucena
    celeste celia blanca eulalia florencio fortunato justo julio junio max modesto narciso plácido prudencio reyes
    beverly bianca bonnie carmen delfina dominique donald francis georgia hazel heather houston jay josh lynn mario
    matt molly nadia olivia paris paulina rosemary ruby russell sandy stacy terry todd trinidad vivian ian mateo
    """
)

"""Words of English and Spanish that stand in lists of names but are usually none, above all in talk of services."""

from typing import Final

_LISTED: Final = """
    able acid action adult age agency aid alarm alert alley amount angel animal answer apple area arm army
    article ash asian asset attic auto award back bad badge bag ball band banks bar barn base basin bass bath
    battle beam bean bear bell bench berry best better big bill bin birch bird bishop black blank blessing
    block bloom blue board boat bond bone book booth border born boss bottom bow bowl box boy brand brave
    bread break breeze brick bride bright broad brown browser brush building bull burn bus bush business busy
    butcher buyer cab cable call camera campaign can cane cape captain car card care carpenter carrier case
    cash castle cause cave celebration center central chain chair chamber chance change channel charge cheek
    cherry chief child children choice church citizen city class clean clear clerk click close cloud coach
    coast coat code coin cold college color coming commerce common complaint congress cook cool copper corn
    corner cost cotton counter country county course court cover crane crew crisp cross crowd crown cup curb
    curry customer cycle daily dark darling date daughter day deal dear deed deep deer delivery delta democrat
    denial deposit desk diamond dirt disability dish ditch dock dog doctor dollar done door dove down driver
    drop drum dry duck dust duty each early earth east easy edge editor education eight elderly election else
    email emergency end energy english enough enrollment estate even evening event ever every everybody exam
    excellent exit eye face fact fair faith fall false family fan far farmer fast father favor fear federal
    feedback fee feel fence few field file fine finger fire first fish fisher five flag flat fleet flood floor
    flower fly folk food foot force ford foreman forest form forms forth fountain four fowler fox free freedom
    french friend front frost fruit fuel full fuller fun fund funny further game garbage garden gardener gas
    gate general gentle german ghost gift girl glad glass gold good goods gore grass grave gravel gray great
    green greet grey grill ground group grow guard guest guide gun guy half hall hammer hand handy happy hard
    hardy hart hatch hate hay hazard head heading health heart heat heavy help hero high hill hire history
    hold hole holiday holland home honest honor hood hook hope horn horse hospital hot hour house housing
    human hunt hurt hygiene ice ideal idle info inn inside international internet iron island issue item jail
    job joint jolly journey judge jury just keen keep key kid kind king kitchen knee knight knock labor lady
    lake lamb lamp land lane lanes language large lark last late laugh law lawn lay leader leaf learn least
    leave left legal lemon less lesson letter level library life lift light lights like lime line link lion
    list little live lock lodge long look loop lord loss lost lot lots loud love low luck lunch mail main
    major make mall man manager many maple marble march mark market marks marsh marshall mass master match
    matter mayor meadow meal means meat medic medicine medium meeting member men mention mercy message meter
    metro middle mild mile mill million mind mine mint minute miss mist mix model modern money monk month moon
    moor more morning moss most mother motor mount mountain mouse mouth move movie much mud music must name
    narrow nation near neck need neighbor never new news next nice night nine noble noise none north note
    notice number nurse oak ocean offer office officer oil old olive once one online only open orange order
    other outlaw own owner pace pack page pain paint palace pale palm paper parent parents park parking parks
    part parts party pass past path patient pay payment peace pear pen penny people pepper permit person phone
    pick picture pine pink pipe pit place plain plan plane plant play please plenty plow plum point police
    pond pool poor pope port portal post pot power press price prime prince print prior private problem
    process program proud public pull pump quick quiet race radio rail rain ramp ranger rare rate reader ready
    real reason records red reed reform regular rent repair reply report republican request resident residents
    rest result review rich ride right ring river road roads robot rock roof room root rope rose rough round
    route royal rude rule rules run rush safe sales salt same sand say scan schedule school science score sea
    seal search season seat second section security see senior seniors serve server service services seven
    several shade sharp shell shelter shop short shower side sidewalk sign signal silver simple since single
    six size skinner slow small smart smoke snow soft soil some song soon sorry sound soup south space spark
    speed spot spring square staff stage stair stamp star start state station stay steel step still stock
    stone stop storm story straw stream street streets strong student subject such sugar summer sun support
    sure survey sweet swift system table talk tall tank tape task tax taxes teacher team telephone ten test
    text thank thanks theft thing thorn three thunder ticket tide time times today toll tool top total tour
    tower town township trace track traffic trail train transit trash travel treat tree trial trick tried trip
    truck true trust try tuck turn twice two under union unit united university update use useful user valley
    value van very veteran victim view village vine violence vision visit visitor voice vote voter voters wait
    waiting walk wall ward warm waste watch water way weather web week welcome well west wet whale wheel white
    whole wide wife wild will willing wind window wine wing winter wise wish wolf woman wonder wood wool word
    work worker workers world worst worth yard year years yellow yes young youth zone agua alegre alto amable
    amor ángel antes aquí arroyo ayuda baja bajo barrera barrio baño bello bien blanco bosque bravo bueno
    buena buenas buenos cabello cabeza calle calor caminos campo casa casas caso cerca cerro chico cielo
    ciudad clara claro cocina corta corto costa cruz cuesta cuenta dios dulce espera espino feliz fiel fin
    flor frío fuente gallo gente gloria grande guerra hermosa hija hijo hijos hora horario iglesia invierno
    joven laguna leal leche leo leon libre ligero limpio linda lindo llama llano luna luz madre mal mala malo
    manzano mar mayor mejor menor mercado mes mesa mil monte montes mucho muy navidad negro nieto niña niño
    nieve nube nueva nuevo oro padre palma pan parada paz perdón perro piedra pino plaza poco prado prieto
    primero puente puerta puertas rayo real recio rey ribera rica rico rincón roble roca rosa rosas rojo salud
    santo sierra siesta sol sordo tierra todo toro torre tres trigo triste valle vela velas verdad verde vez
    vida viejo villa virgen viva vivas zapatero adviento afternoon ahora american amtrak annual arabic asia
    atlantic bonjour bosnia brazil britain british bronx brooklyn buddha buddhist canada carolina chicago
    china chinese christmas cleveland colombia cuba denver detroit dominican dutch easter ecuador egypt europe
    european facebook florida france georgia germany ghana google greek haiti haitian halloween hebrew hindu
    honduras india instagram internet iran iraq ireland irish italian italy jamaica japan japanese jesus kenya
    korea korean lebanon lima lord manhattan medicaid memphis microsoft milan nevada nigeria norway orlando
    oxford pakistan panama peru philadelphia poland polish portuguese princeton quebec ramadan reno richmond
    rome russia russian salem scottish seattle sikh somali somalia spanish sweden syria texas thanksgiving
    tucson turkey twitter ukraine uganda utah vegas venezuela vietnam vietnamese york youtube zoom
"""

# Folded to lower case.
PLAIN_WORDS: Final = frozenset(_LISTED.split())

"""First names of people, and words that show that a capitalised word is none; lists of our own."""

from typing import Final

FIRST_NAMES: Final = frozenset(
    """
    aaron abigail adam adrian agnes ahmed aidan aileen aisha alan albert alejandra alejandro alessandra alexander
    alexandra alexis alfonso alfred alfredo alice alicia alison allison alma alonso alvaro alyssa amanda amelia
    amina amir amit amparo amy ana anabel anastasia andre andrea andreas andres andrew andrés andy angel angela
    anita anna anne annette anthony antonia antonio araceli ariana arturo asha ashley audrey barbara barry beatrice
    beatriz begoña benedict benito benjamin bernard bernardo beth bethany betty beverly bianca blanca bonnie boris
    bradley brandon brenda brendan brian bridget brigitte bruce bryan bárbara caitlin caleb camila camille carla
    carlos carmen carol caroline carolyn catalina catherine cecilia celeste celia cesar charles charlie cheryl
    chiara chloe chris christina christine christopher cindy claire clara claudia claudio clayton clifford colin
    colleen connie connor conor consuelo corey cristian cristina cristóbal cynthia césar daisuke damian damián
    daniel daniela danielle danny daria dario darlene darren daryl darío dave david dawid deborah debra deepak delia
    denise dennis derek diana diane diego dimitri dominic dominique donald donna doreen doris dorothy douglas duncan
    dylan edgar edith eduardo edward edwin eileen elaine eleanor elena eleni elias elisa elisabeth elizabeth ella
    ellen elliot eloísa elsa elvira elías emilia emiliano emilio emily emma emmanuel enrique eric erica erik erika
    ernest ernesto esteban esther eugene eugenia eugenio eva evan evelyn ezequiel fabian fabiola fabián fatima
    federico felicia felicity felipe felix fernanda fernando fiona francesca francesco francine francis francisca
    francisco franz françois frederick frida fátima félix gabriel gabriela gail gareth gary gavin gemma geoff
    geoffrey george georgina gerald gerard gerardo germán gertrude giancarlo gilbert gilberto gillian giovanni
    gisela giuseppe gladys glenda glenn gloria gonzalo gordon graciela graham greg gregorio gregory greta griselda
    guido guillermo gustavo hamza hannah hans harold harriet harry hassan hazel heather hector heidi helen helena
    henry herbert heriberto hernán hilda horacio howard hugh hugo hussein héctor ian ibrahim ignacio igor iker
    imelda imran ines ingrid inmaculada inés irene irina iris irma isaac isabel isabella isabelle isaías isidro
    ismael itzel ivan ivonne iván jackie jacob jacqueline jacques jade jaime jake jamal james jamie jan jane janet
    janice janine jared jasmine jason javier jean jeanette jeff jeffrey jenna jennifer jenny jeremiah jeremy jerome
    jerry jesse jessica jesús jill jim jimena jimmy joan joanna joanne joaquin joaquín joe joel johanna john johnny
    jon jonas jonathan jorge jose josefa josefina joseph josephine joshua josé joyce juan juana juanita judith judy
    julia julian juliana julie juliet julieta julio julián justin karen karina karl karla katarzyna kate katherine
    kathleen kathryn kathy katie katrina kayla keith kelly kelsey ken kenneth kerry kevin khadija kieran kim
    kimberly kirsten kristen kristin krystal kurt kyle lakshmi lars latoya laura lauren laurie lawrence leah leandro
    leila lena leo leonard leonardo leonor leopoldo leslie leticia lewis liam liliana lillian linda lindsay lindsey
    lisa lisandro lorena lorenzo loretta lori lorraine louis louise luca lucas lucia luciana luciano lucille lucy
    lucía luis luisa luke lydia lynn mabel madeleine magdalena malcolm mallory manuel manuela marc marcela marcelo
    marcia marco marcos marcus margaret margarita maria mariah mariam mariana mariano maribel marie mariela marilyn
    mario marisa marisol marjorie marlene marta martha martin martina martín marvin maryam maría mateo mathew
    matilde matt matteo matthew matías maureen maurice mauricio maxine megan mehmet melanie melinda melissa melody
    melvin meredith michael michaela michel michele michelle micheál miguel mike milagros mildred millicent minerva
    miranda miriam mohamed mohammad mohammed moisés molly monica monique moshe muhammad myriam myrna mónica nadia
    nancy naomi natalia natalie nathan nathaniel neil nelson nestor nicholas nick nicola nicolas nicole nicolette
    nicolás nigel nikhil nina noah noel noelia noemí nora norma norman néstor octavio olga oliver olivia omar
    ophelia oscar osvaldo oswaldo otto pablo pamela paola patricia patricio patrick paul paula paulina pauline pedro
    peggy penelope percy peter petra philip phillip phyllis pierre piotr priscilla priya quentin rachel rafael raj
    rajesh ralph ramiro ramon ramona ramón randall raquel rashid raul ravi raymond raúl rebeca rebecca regina
    reinaldo remedios renata renato rené rhonda ricardo richard rigoberto rita robert roberta roberto robyn rocío
    rodney rodolfo rodrigo rogelio roger roland rolando romina román ronald ronnie rosa rosalind rosalía rosaura
    rosemary roxana roxanne ruben rubén rufus rupert russell ruth ryan sabrina sally salma samantha samir samuel
    sandra sanjay sara sarah saul saúl scott sean sebastian sebastián selena selma serena sergei sergio seth shannon
    sharon shaun shawn sheila shelby shelley sherry sheryl shirley siddharth sidney silvia simon simone simón
    siobhan sofia sofía soledad sonia sophia sophie stacey stacy stanley stella stephanie stephen steve steven
    stewart stuart sunil sunita susan susana susanna suzanne sven svetlana sylvia tamara tania tanya tara tatiana
    ted teodoro terence teresa terry thelma theodora theodore theresa thomas tiffany tim timothy tina tobias todd
    tom tommy tomás tony tonya tracey tracy travis trevor tyler tyrone ursula valentina valeria valerie vanessa vera
    veronica verónica vicente vicky victor vikram vincent viola vivian viviana vladimir víctor walter wanda wendy
    wesley whitney wilfred wilfredo william willie wilma winifred xavier ximena yadira yasmin yesenia yolanda yuki
    yusuf yvette yvonne zachary zainab zoe zoë álvaro ángel ángela óscar
    """.split()
)
"""First names that are rarely anything else, folded to lower case."""

AMBIGUOUS_NAMES: Final = frozenset(
    """
    alba amber angeles april art august aurora austin autumn bella bill bob brook brooke bruno buck carolina carson
    chad chance charity charlotte chase chelsea chip christian clay cliff crystal dakota dale dallas dan dawn dean
    destiny diamond dolores don drew duke earl ed eden elvis esperanza eve faith fay fern florence ford frank gene
    georgia ginger grace grant guadalupe guy harmony harper haven heath heaven holly homer hope houston hunter
    israel ivy jack jay jewel jordan joy june justice kay kent lane lee leon león lily lincoln logan london lourdes
    luz madison marina mark marshall mary mason max may mercedes mercy miles misty montserrat morgan nieves nova
    olive page paige paloma paris parker pat patience pearl penny phoenix pierce pilar piper price randy ray red
    reed rich rico rob robin rocio rod roman rosario rose ruby rusty sage salvador sam sandy santiago savannah
    sierra skip sky sol star sterling stone storm sue summer sun sunny sydney taylor trinidad troy tucker valencia
    van vernon victoria violet virginia wade ward warren washington wayne will woody zion
    """.split()
)
"""First names that are also words, places or brands: they count only when a surname follows."""

PLACE_WORDS: Final = frozenset(
    """
    academy account act aeropuerto airport alley arena association ave avenida avenue award bank barrio bay beach
    biblioteca blvd boulevard branch bridge building calle camp campus canyon cathedral cemetery center centre
    centro chapel circle city clinic club colegio college commission committee community company corp council county
    court courthouse creek crossing ct day department district division drive elementary escuela estación estates
    expressway fair falls farm farms festival forest foundation freeway fund garden gardens gate golf grill group
    grove heights high highway hills hospital hotel house inc inn institute instituto island junction lake landing
    law library llc lodge loop ltd mall manor market memorial middle mill mission monument mountain museum office
    park parking parks parkway parque pass path pier pkwy place plant plaza point pool port prep preserve primary
    prize pub puente railway ranch rd recreation reservoir resort ridge river road room row scholarship school
    society springs square sr st stadium station store street studio suites summit terminal terrace theater theatre
    tower towers town township trail trust tunnel universidad university valley view village way wing zoo
    """.split()
)
"""Words after a name that make it the name of a place or an institution."""

PLACE_PREFIXES: Final = frozenset(
    """
    aeropuerto alcaldía av av. avda avda. avenida barrio biblioteca c/ calle camp cape catedral centro cerro church
    ciudad clínica colegio college colonia cyclone delegación east escuela estación estadio fort ft ft. hospital
    hurricane iglesia instituto isla king lake library mercado metro mount mt mt. municipio museum new north old
    parque paseo plaza point pope port prince princess puerto queen río saint san santa santo school south st st.
    sta sta. station storm são universidad university villa west trader papa
    """.split()
)
"""Words before a name that do the same."""

REGIONS_AFTER_TOWNS: Final = frozenset(
    """
    alabama alaska argentina arizona arkansas australia california canada chile colombia colorado connecticut cuba england
    españa france idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts mexico méxico michigan
    minnesota mississippi missouri montana nebraska nevada ohio oklahoma ontario oregon pennsylvania perú scotland spain
    tennessee texas utah vermont wales wisconsin wyoming
    """.split()
)
"""Words after a name that make it the name of a town."""

BRANDS: Final = frozenset(["denny's", "lloyd's", "wendy's"])
"""Possessives that are shops."""

NO_SURNAMES: Final = frozenset(
    """
    a about above after again all also although always am an and are as at be because been before being but by can could
    did do does during each even every for from had has have he her here hers him his how however i if in into is it its
    just last later let like maybe me more most much my never next no not now of off on once one only or our out over
    please really she should since so some still such than thank thanks that the their them then there these they this
    those though to today tomorrow too until up very was we well were what when where which while who why will with would
    yes yesterday yet you your
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december
    al antes aunque con como cuando de del desde donde el ella ellos en entre era es esta este esto está estaba fue gracias
    ha han hasta hay hizo la las le les lo los luego mas me mi muy más nada ni no nos o para pero por porque que qué quien
    se ser si sin sobre son su sus también tengo tiene todo tras tu un una y ya yo él
    lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre
    octubre noviembre diciembre
    ask call contact dear hello hi meet see thank
    app counter desk form front help line manager office online page phone pm program receptionist service services staff
    supervisor team website window
    """.split()
)
"""Capitalised words after a first name that are no surname."""

NO_NAMES_AFTER_CUE: Final = NO_SURNAMES | frozenset(
    """
    absent already anonymous available badly called changed common confidential correct correctly different difficult first full
    given hard illegible important incorrect incorrectly irrelevant known left listed long missing mis-spelled misspelled
    misspelt mispelled mistyped nobody nowhere omitted printed private pronounced public recorded registered removed right
    same short spelled spelt withheld wrong wrongly written
    mal bien correcto incorrecto privado pública público importante larga largo mismo común escrito aparece falta distinto
    diferente anónimo
    """.split()
)
"""Words that follow "my name is" in a complaint about a name."""

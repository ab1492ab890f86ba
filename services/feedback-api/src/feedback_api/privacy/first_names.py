"""First names of people, and words that show that a capitalised word is none; lists of our own."""

from typing import Final


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


FIRST_NAMES: Final = _words(
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
    """
)
"""First names that are rarely anything else, folded to lower case."""

AMBIGUOUS_NAMES: Final = _words(
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
    """
)
"""First names that are also words, places or brands: they count only when a surname follows."""

PLACE_WORDS: Final = _words(
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
    """
)
"""Words after a name that make it the name of a place or an institution."""

PLACE_PREFIXES: Final = _words(
    """
    aeropuerto alcaldía av av. avda avda. avenida barrio biblioteca c/ calle camp cape catedral centro cerro church
    ciudad clínica colegio college colonia cyclone delegación east escuela estación estadio fort ft ft. hospital
    hurricane iglesia instituto isla king lake library mercado metro mount mt mt. municipio museum new north old
    papa parque paseo plaza point pope port prince princess puerto queen río saint san santa santo school south st
    st. sta sta. station storm são trader universidad university villa west
    """
)
"""Words before a name that do the same."""

PLACE_PREFIXES_IN_LOWER_CASE: Final = _words("av. avda. avenida barrio c/ calle colonia escuela parque paseo plaza")
"""Those that Spanish writes without a capital."""

BRANDS: Final = _words("denny's lloyd's wendy's")
"""Possessives that are shops."""

REGIONS_AFTER_TOWNS: Final = _words(
    """
    alabama alaska argentina arizona arkansas australia california canada chile colombia colorado connecticut cuba
    england españa france idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts mexico
    michigan minnesota mississippi missouri montana méxico nebraska nevada ohio oklahoma ontario oregon pennsylvania
    perú scotland spain tennessee texas utah vermont wales wisconsin wyoming
    """
)
"""Words after a name that make it the name of a town."""

NO_SURNAMES: Final = _words(
    """
    a about above abril after again agosto al all also although always am an and antes app april are as ask at
    august aunque be because been before being but by call can como con contact could counter cuando de dear
    december del desde desk diciembre did do does domingo donde during each el ella ellos en enero entre era es esta
    estaba este esto está even every febrero february for form friday from front fue gracias ha had han has hasta
    have hay he hello help her here hers hi him his hizo how however i if in into is it its january jueves julio
    july june junio just la las last later le les let like line lo los luego lunes manager march martes marzo mas
    may maybe mayo me meet mi miércoles monday more most much muy my más nada never next ni no nos not november
    noviembre now o october octubre of off office on once one online only or our out over page para pero phone
    please pm por porque program que quien qué really receptionist saturday se see september septiembre ser service
    services she should si sin since so sobre some son staff still su such sunday supervisor sus sábado también team
    tengo than thank thanks that the their them then there these they this those though thursday tiene to today todo
    tomorrow too tras tu tuesday un una until up very viernes was we website wednesday well were what when where
    which while who why will window with would y ya yes yesterday yet yo you your él
    """
)
"""Capitalised words after a first name that are no surname."""

NO_NAMES_AFTER_CUE: Final = NO_SURNAMES | _words(
    """
    absent already anonymous anónimo aparece available badly bien called changed common común confidential correct
    correctly correcto diferente different difficult distinto escrito falta first full given hard illegible
    important importante incorrect incorrectly incorrecto irrelevant known larga largo left listed long mal
    mis-spelled mismo mispelled missing misspelled misspelt mistyped nobody nowhere omitted printed privado private
    pronounced public pública público recorded registered removed right same short spelled spelt withheld written
    wrong wrongly
    """
)
"""Words that follow "my name is" in a complaint about a name."""

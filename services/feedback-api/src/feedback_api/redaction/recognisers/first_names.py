"""First names of people, and words that show that a capitalised word is none; lists of our own."""

from typing import Final


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# First names that are rarely anything else, folded to lower case.
FIRST_NAMES: Final = _words(
    """
    aaliyah aaron abdi abdul abdullah abigail adam adebayo adrian agnes agnieszka ahmed aidan aileen aisha aitor
    akira alan albert alejandra alejandro aleksandr alessandra alexander alexandra alexei alexis alfonso alfred
    alfredo alice alicia alison allison alma alondra alonso alvaro alyssa amadou amanda amelia amina amir amit
    amparo amy ana anabel anahí ananya anastasia andre andrea andreas andrei andres andrew andrés andy angel angela
    anil anita anna anne annette anselmo anthony antonia antonio aoife apolinar araceli ariana arjun arturo asha
    ashley audrey aureliano azucena barbara barry beatrice beatriz begoña benedict benito benjamin bernadette
    bernard bernardino bernardo beth bethany beto betty beverly bianca bilal blanca bonifacio bonnie boris bradley
    brandon brayan brenda brendan brian bridget brigitte bronwyn bruce bryan bárbara caitlin caleb camila camille
    carla carlos carmen carol caroline carolyn catalina catherine cecilia celeste celestino celia cesar charles
    charlie chayo cheri cheryl chiara chidi chinedu chloe chris christina christine christopher chuy ciara cindy
    citlali claire clara claudia claudio clayton clemente clifford colin colleen connie connor conor consuelo corey
    crisanto cristian cristina cristóbal cruzita cynthia césar daisuke damian damián daniel daniela danielle danny
    daria dario darla darlene darnell darren daryl darío dave david dawid deandre deanna debbie deborah debra deepa
    deepak deisy delfina delia demetrio denise dennis derek diana diane diego dimitri dionisio dmitri dmitry dominic
    dominique donald donna doreen doris dorothy douglas duncan dylan earnest edelmira edgar edith eduardo edward
    edwin efraín eileen eladio elaine eleanor elena eleni eleuterio elias elisa elisabeth elizabeth ella ellen
    elliot elmer eloise eloísa elsa elvira elías emilia emiliano emilio emily emma emmanuel enrique eric erica erik
    erika ernest ernesto esteban esther eugene eugenia eugenio eulalia eustaquio eva evan evaristo evelyn ewa
    ezequiel fabian fabiola fabián facundo fatima fatou federico felicia feliciano felicity felipe felix fernanda
    fernando filomena fiona florencio floyd fortunato francesca francesco francine francis francisca francisco franz
    françois freda frederick frida fátima félix gabriel gabriela gail gareth gary gavin gemma genaro geoff geoffrey
    george georgina gerald geraldine gerard gerardo germán gertrude giancarlo gilbert gilberto gillian giovanni
    gisela giulia giuseppe gladys glenda glenn gloria gonzalo gordon graciela graham greg gregoria gregorio gregory
    greta gretchen griselda guido guillermo gurpreet gustavo gwen hamza hannah hans harold harpreet harriet harry
    haruka hassan hazel heather hector heidi helen helena henry herbert heriberto herman herminia hernán hilda
    hipólito hiroshi horacio hortensia howard hugh hugo humberto huong hussein héctor ian ibrahim ignacio igor iker
    imani imelda imran ines ingrid inmaculada inés ioana ira irene irina iris irma isaac isabel isabella isabelle
    isaías isidora isidro ismael itzel ivan ivonne iván jacinta jackie jacob jacqueline jacques jade jaime jake
    jakub jamal james jamie jan jane janet janice janine jared jasmine jason jaspreet javier jean jeanette jeff
    jeffrey jenna jennifer jenny jeremiah jeremy jerome jerri jerry jesse jessica jesús jhon jill jim jimena jimmy
    joan joann joanna joanne joaquin joaquín jodi jody joe joel johanna john johnny jon jonas jonathan jorge jose
    josefa josefina joseph josephine joshua josué josé joyce juan juana juanita judith judy julia julian juliana
    julie juliet julieta julio julián justin karen karin karina karl karla katarzyna kate katherine kathleen kathryn
    kathy katie katrina kavita kayla keisha keith kelly kelsey ken kendra kenji kenneth kerry kevin khadija khalid
    kieran kim kimberly kirsten kofi kristen kristin krystal krzysztof kurt kwame kyle lakshmi lalo lamar lars
    latasha latisha latoya laura lauren laurie lawrence layla leah leandro leidy leila lena leo leocadia leonard
    leonardo leonor leopoldo leroy leslie lester leticia lewis liam lidia liliana lillian linda lindsay lindsey linh
    lisa lisandro lonnie lorena lorenzo loretta lori lorraine louis louise luca lucas lucia luciana luciano lucille
    lucy lucía ludmila luigi luis luisa lukas luke lupita lydia lyle lynn lázaro mabel macario madeleine magdalena
    mahesh malcolm malena mallory manpreet manuel manuela marc marcela marcelo marcia marco marcos marcus marcy
    marek margaret margarita maria mariah mariam marian mariana mariano maribel marie mariela marilyn mario marisa
    marisela marisol marjorie marlene marleny marta martha martin martina martín marvin maryam maryann maría mateo
    mathew matilde matt matteo matthew matías maura maureen maurice mauricio maximiliano maxine małgorzata megan
    meghan mehmet melanie melchor melinda melissa melody melvin meredith micaela michael michaela michel michele
    michelle micheál miguel mihai mike milagros mildred millicent minerva minh miranda miriam mohamad mohamed
    mohammad mohammed moisés molly monica monique moshe muhammad myriam myrna mónica nacho nadia nadine nancy naomi
    natalia natalie natalya nathan nathaniel nayeli neha neil nelson nestor nettie ngozi niamh nicanor nicholas nick
    nicola nicolas nicole nicolette nicolás nigel nikhil nina noah noel noelia noemí noor nora noreen norma norman
    néstor octavio ofelia oksana olena olga oliver olivia omar ophelia oscar osvaldo oswaldo otto pablo paco pamela
    paola patricia patricio patrick paul paula paulina pauline paweł pedro peggy penelope pepe percy peter petra
    petrona philip phillip phyllis pierre piotr ponciano pooja porfirio priscilla priya quentin rachel rafael
    rafaela raj rajesh ralph ramesh ramira ramiro ramon ramona ramón randall raquel rashid raul ravi raymond raúl
    rebeca rebecca regina reinaldo rekha remedios renata renato rené rhonda rhys ricardo richard rick ricky
    rigoberto rita robert roberta roberto robyn rocío rodney rodolfo rodrigo rogelio roger rohan roland rolando
    romina román ronald ronnie rosa rosalba rosalind rosalyn rosalía rosaura rosemary rosendo roxana roxanne roy
    ruben rubén rudy rufus rupert ruperto russell ruth ruthie ryan sabrina sally salma samantha samir samuel sandra
    sanjay sara sarah saul saúl scott sean sebastian sebastián selena selma serena sergei sergey sergio seth shannon
    sharon shaun shawn sheila shelby shelley sheri sherri sherry sheryl shirley siddharth sidney silvestre silvia
    simon simone simran simón siobhan siân sofia sofie sofía soledad sonia sonja sophia sophie stacey stacy stanley
    stella stephanie stephen steve steven stewart stuart sunil sunita suresh susan susana susanna sushma suzanne
    sven svetlana sylvia tabitha tamara tamika tania tanya tara tariq tatiana tatyana ted teodoro terence teresa
    teri terry thelma theodora theodore theresa thomas thuy tiffany tim timothy tina tobias todd tom tomasa tomasz
    tommy tomás toni tonia tony tonya toño tracey tracy trang travis trevor trini trudy tuyet tyler tyrell tyrone
    ulises uriel ursula valentina valeria valerie vanessa velma venancio vera veronica verónica vianey vicente
    vickie vicky victor vijay vikram vincent viola vivian viviana vladimir víctor walter wanda wenceslao wendy
    wesley whitney wilbur wilfred wilfredo william willie wilma wilmer winifred xavier ximena xochitl yadira yahaira
    yasmin yeison yesenia yolanda yong yuki yuko yuliana yuridia yusuf yvette yvonne zachary zainab zara zenaida zoe
    zofia zoë zulema álvaro ángel ángela óscar úrsula
    """
)

# First names that are also words, places or brands: they count only when a surname follows.
AMBIGUOUS_NAMES: Final = _words(
    """
    abril alba amber angeles april art august aurora austin autumn bella belén bill bob brook brooke bruno buck
    candelaria carolina carson chad chance charity charlotte chase chelsea chip christian clay cliff concepción
    crystal dakota dale dallas dan dawn dean destiny diamond dolores don drew duke earl ed eden elvis esperanza eve
    faith fay fern fidel florence ford frank gene georgia gerry ginger grace grant guadalupe guy harmony harper
    haven heath heaven holly homer hope houston hunter israel ivy jacinto jack jay jewel jordan joy june justice kay
    kent kirk lane lee leon león lily lincoln lloyd logan london lourdes luz mack madison marina mark marshall mary
    mason max may mercedes mercy miles misty mitchell montserrat morgan murray nieves nova olive page paige paloma
    paris parker pascual pat patience pearl penny perry phoenix piedad pierce pilar piper price randy ray red reed
    refugio rich rico rob robin rocio rod roman rosario rose ruby rusty sage salvador sam sandy santiago savannah
    sherman sierra skip sky socorro sol star sterling stone storm sue summer sun sunny sydney taylor trinidad troy
    tránsito tucker valencia van vernon victoria violet virginia wade wallace ward warren washington wayne will
    woody zion
    """
)

# Words after a name that make it the name of a place or an institution.
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

# Words before a name that do the same.
PLACE_PREFIXES: Final = _words(
    """
    aeropuerto alcaldía av av. avda avda. avenida barrio biblioteca c/ calle camp cape catedral centro cerro church
    ciudad clínica colegio college colonia cyclone delegación east escuela estación estadio fort ft ft. hospital
    hurricane iglesia instituto isla king lake library mercado metro mount mt mt. municipio museum new north old
    papa parque paseo plaza point pope port prince princess puerto queen río saint san santa santo school south st
    st. sta sta. station storm são trader universidad university villa west
    """
)

# Those that Spanish writes without a capital.
PLACE_PREFIXES_IN_LOWER_CASE: Final = _words("av. avda. avenida barrio c/ calle colonia escuela parque paseo plaza")

# Possessives that are shops.
BRANDS: Final = _words("denny's lloyd's wendy's")

# Words after a name that make it the name of a town.
REGIONS_AFTER_TOWNS: Final = _words(
    """
    alabama alaska argentina arizona arkansas australia california canada chile colombia colorado connecticut cuba
    england españa france idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts mexico
    michigan minnesota mississippi missouri montana méxico nebraska nevada ohio oklahoma ontario oregon pennsylvania
    perú scotland spain tennessee texas utah vermont wales wisconsin wyoming
    """
)

# Capitalised words after a first name that are no surname.
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

# Words that follow "my name is" in a complaint about a name.
NO_NAMES_AFTER_CUE: Final = NO_SURNAMES | _words(
    """
    absent already anonymous anónimo aparece available badly bien called changed common común confidential correct
    correctly correcto diferente different difficult distinto escrito falta first full given hard illegible
    important importante incorrect incorrectly incorrecto irrelevant known larga largo left listed long mal
    mis-spelled mismo missing misspelled misspelt mistyped nobody nowhere omitted printed privado private
    pronounced public pública público recorded registered removed right same short spelled spelt withheld written
    wrong wrongly
    """
)

# Words after "I am" and the like that say what someone is, not who.
PEOPLES: Final = _words(
    """
    african american americans arab asian black caribbean catholic central christian east eastern hispanic indian
    indigenous jewish latin latino latina medicaid medicare muslim native north pacific puerto rican security social
    south united veteran veterans western white
    """
)

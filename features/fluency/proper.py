"""Names of people, places and other things that are no words, and number words: what a letter task does not count.

lalia's own lists, in lower case. First names begin with the commonest of the 1990 census of the United States (public
domain); the rest was written from general knowledge. A name that is also a word of everyday English ("rose", "mark",
"turkey") is in `WORDS_TOO` and in no list of names.
"""

from __future__ import annotations

FIRST_NAMES = frozenset(
    """
    aaliyah aaron abby abdul abdullah abel abigail abraham ada adam addie adela adele adeline adnan adrian adriana
    adrienne agatha agnes agnieszka ahmed aida aidan aiden aileen ailsa aimee aisha akbar akeem akira al alan alana
    alastair albert alberta alberto aldo aldous alec alejandra alejandro alessandra alessandro alex alexa alexander
    alexandra alexei alexis alfie alfonso alfred alfredo ali alice alicia alina alisa alisha alison alistair allan
    allegra allen allie allison allyson alma alonso alonzo alton alvin alyson alyssa amanda amar amara amelia amie
    amina amir amira amit amy ana anastasia anders andre andrea andres andrew andy angela angelia angelina angeline
    angelique angelo angie angus anika anil anita ann anna annabel annabelle annalise anne anneka anneliese annette
    annie annika anouk ansel anthony antoinette anton antonia antonio anya aoife arabella aragorn archibald archie
    ari ariana arianna ariel arjun arlene arlo armand armando arne arnie arnold arthur arturo arun arya asa asha
    ashanti ashlee ashley ashok ashton asif astrid atticus aubrey audra audrey audrina augusta augustus aurelia
    avery avis avril ayaan ayesha aziz barbara barbra barnabas barnaby barry bart bartholomew beatrice beatrix
    beatriz becky belinda ben benedict benita benjamin bennie benny bernadette bernadine bernard bernice bernie
    bert bertha bertie bessie beth bethany betsy bette bettie bettina betty beulah beverly bianca billie blake
    blanca blanche bobbi bobbie bonita bonnie boris bradley brandi brandon brenda brendan brent brett brian brianna
    bridget bridgette bridie briony brittany brittney bronwyn brooke bruce bruno bryan bryant bryony byron caitlin
    caitlyn caleb callie callum calvin cameron camilla camille candace candice cara carl carla carlo carlos carlton
    carmela carmen carole caroline carolyn carrie carroll cary casey cassandra cassie catalina catherine cathleen
    cathy cecelia cecil cecile cecilia cecily cedric celia cesar chandra charlene charles charlie charlotte cheri
    cherie cheryl chester chloe chris christa christi christie christina christine christopher christy ciara cindy
    claire clara clare clarence clarice clarissa claude claudette claudia clayton cleo clifford clifton clint
    clinton clyde cody colin connie constance consuelo cora corey corinne cormac cornelia corrine cory cosmo
    courtney craig cristina curtis cuthbert cynthia cyril damien damon dan dana danica daniel danielle danny daphne
    darcy darius darla darlene darrel darrell darren darryl daryl dave david deana deanna debbie debora deborah
    debra declan deepak deirdre delbert delia delilah delores deloris demi dena denise dennis derek desiree desmond
    devin dewey diana diane dianna dianne didier dimitri dina dinah dolores dominic dominique donald donna donnie
    donovan dora doreen doris dorothea dorothy dorthy doug dougal douglas doyle duane duncan dustin dwayne dwight
    dylan eamon ebenezer ed eddie edgar edith edmund edna eduardo edward edwin edwina effie eileen elaine eleanor
    eleanora elena elijah elinor eliot elisa elisabeth elise eliza elizabeth ella ellen elliot elliott ellis elma
    elmer elnora elodie eloise elsa elsie elva elvira emil emilia emily emma emmanuel enid enrique enzo eric erica
    erick ericka erik erika erin erma ernest ernestine ernesto errol ervin esme esmeralda essie estela estella
    estelle esther ethan ethel etta eugene eugenia eula eunice eva evan evelyn everett ewan ezekiel ezra fabian
    fabienne fabio faisal fannie farah farid farouk farrah fatima fatimah fatma faye federico felice felicia felipe
    felix fenella ferdinand fergus fernando fidel filippo finlay finley fiona fitz flavia flavio fleur flo florence
    florian floriana flossie floyd forrest fran frances francesca francesco francine francis francisca francisco
    franco frankie franklin frannie franny franz fraser fred freda freddie freddy frederic frederica frederick
    fredrick fredrik freida freya frieda friedrich fritz gabriel gabriela gabriella gabrielle gail gareth garrett
    garry gary gavin gayle gaynor geneva genevieve geoffrey george georgie georgina geraint gerald geraldine gerard
    gerardo gertrude gianni gideon gilbert gilberto giles gillian gina giovanni giuseppe gladys glenda glenn glenna
    gloria godfrey gordon gracie graciela graeme graham greg gregg gregory greta gretchen guillermo gunther gus
    gustavo gwen gwendolyn haley hamish hamza hannah hans harold harriet harriett harry harvey hassan hattie hayley
    heidi heinrich helen helena helene henri henrietta henry herbert herman hermione hester hilary hilda hillary
    hiroshi horace horatio hortense howard hubert hugh hugo humphrey hussein ian ibrahim ida ignacio igor ila
    imogen imogene indira inez ingrid iona ira irene irma irving isaac isabel isabelle isaiah isha isla ismael
    ismail isobel iva ivan jackie jaclyn jacob jacqueline jacquelyn jacques jaden jaime jake jamal james jami jamie
    jana jane janelle janet janette janice janie janine janis jared jarvis jason javier jayden jayne jeanette
    jeanie jeanine jeanne jeannette jeannie jeannine jeff jeffery jeffrey jemima jenifer jenna jennie jennifer
    jenson jeremiah jeremy jeri jermaine jerome jerry jesse jessica jessie jethro jez jiang jill jillian jim jimmie
    joan joann joanna joanne joaquin jocelyn jodi jodie jody joe joel johan johann johanna john johnathan johnnie
    johnny jolene jon jonas jonathan jonathon joni jordan jorge jose josefina joseph josephine josh joshua josiah
    josie jost joyce juan juana juanita judith judy julia julian julie juliet juliette julio julius jurgen justin
    justine kara kareem karen kari karim karin karina karl karla katarina kate katharine katherine kathleen kathryn
    kathy katie katrina katy kayla keegan keira keiran keisha keith kelley kelli kellie kelly kelsey ken kendra
    kenneth kenny kent keri kerri kerry kevin khadija khalid kiera kieran kim kimberley kimberly kirk kirsten klaus
    kofi krishna krista kristen kristi kristie kristin kristina kristine kristof kristopher kristy krystal kumar
    kurt kwame kyle lacey lachlan ladonna lana lara larry lars latasha latisha latonya latoya laura lauren laurence
    laurie lauryn laverne lawrence leah leann leanne leigh leila lela leland lena lenora lenore leo leola leon
    leona leonard leonardo leonora leopold leroy lesley leslie lester leticia levi liam libby lidia lila lilia
    lillian lillie lilly linda lindsay lindsey lionel lisa lisbeth lizzie lloyd logan lois lola lonnie lora loraine
    lorcan loren lorena lorene lorenz lorenzo loretta lori lorie lorna lorraine lorrie lottie lou louis louise
    lowell luca lucas lucia lucian lucien lucile lucille lucinda lucius lucy ludwig luella luigi luis luisa lukas
    luke lula lupe luther lydia lyle lynda lynette lynn lynne mabel madeleine madeline madison maggie mahmoud
    malcolm malik malinda mamie mandy manuel manuela marc marcel marcella marcello marcia marco marcos marcus marcy
    margaret margie margo margret maria mariah marian marianne maribel marie marilyn mario marion marisa marisol
    marissa maritza marius marjorie marla marlene marlon marsha marshall marta martha martina marty marvin mary
    maryann marylou mathew matilda matt matteo matthew mattie maude maureen maurice max maximilian maxine maya
    mayra meagan megan meghan mehmet mei melanie melba melinda melisa melissa melvin melvyn meredith mervyn mia
    michael micheal michele michelle miguel mike mikhail mildred millie milo milton mindy minnie miranda miriam
    mitchell mohamed mohammad mohammed moira mollie molly mona monica monique montague mordecai morris mortimer
    moses muhammad murdoch muriel mustafa myles myra myrna myron nadia nadine nancy nannie naomi natalia natalie
    natasha nathan nathaniel neal neil nelda nell nellie nettie neva neville niall nicholas nichole nicola nicolai
    nicolas nicole nigel nikhil nikita nikki nikolai nina noah noelle nola nora noreen norma norman nuala octavia
    ofelia olaf oleg olga oliver olivia ollie omar orlando orville oscar osman otis otto owen pablo padraig paige
    pam pamela patrica patrice patricia patrick patrik patti paul paula paulette pauline pavel pearlie pedro peggy
    penelope percy perpetua pete peter petra petula philip philippa phillip phoebe phyllis pierre piotr pippa polly
    prakash preston priscilla priya quentin quincy rachael rachel rachelle rae rafael rafe raheem rajesh ralph
    ramon ramona randall randi randolph rania raphael raquel rashid raul ravi raymond reba rebecca rebekah reece
    reggie regina reginald rena rene renee rhiannon rhoda rhonda rhys ricardo richard rickey ricky rita robbie
    robert roberta roberto robyn rochelle roderick rodney rodolfo rogelio roger rohan roisin roland romeo romy ron
    ronald ronda ronnie roosevelt rory rosa rosalie rosalind rosalinda rosalyn rosanna rosemarie rosetta rosie ross
    rowena roxanne roxy roy ruben rudolph rudy rufus rupert russell ruth ruthie ryan sabrina sacha sadia sadie safi
    safiya saira salim sallie salma salman salvatore sam samantha sameer samir samira sammy samson samuel sandeep
    sandi sandie sandra sandro sanjay sanjeev sanna santos sara sarah sascha sasha saskia saul saundra scott seamus
    sean sebastian selina selma serena sergei sergio seth shana shane shanna shannen shannon shaquille shari sharif
    sharon sharron shaun shauna shaunna shawn shawna shay shayla shayne sheena sheila shelagh shelby sheldon shelia
    shelley sheree sheri sherlock sherman sherri sherrie sherwin sheryl shirley shivani shona shreya sian sibyl sid
    sidney siegfried sigmund sigrid silas silvester silvia simeon simon simona simone sinead siobhan skye sofia
    solomon sondra sonia sonja sonya sophia sophie sorcha spencer stacey staci stacie stacy stanislav stanley
    stefan stefania stefanie stefano steffi stella stephan stephanie stephen steve steven stevie stewart stu stuart
    sukhdeep suki sunil sunita suresh susan susana susannah susanne susie suzanna suzanne suzie sven svetlana sybil
    syed sylvester sylvia sylvie tabatha tabitha tahir tamara tameka tami tamika tammie tammy tamsin tania tanya
    tara tariq tasha tatiana taylor ted terence teresa terese teri terrance terrence terri terrie terry tess tessa
    thaddeus thea thelma theo theodore theresa therese thierry thom thomas tia tiago tim timothy tina tobias toby
    todd tom tomas tomasz tommie tommy toni tonia tony tonya tracey traci tracie tracy travis trevor tricia trina
    trisha tristan tristram trixie troy trudy tyler tyrone ugo ulrich uma umar umberto una uriah ursula usha
    valarie valentina valentino valerie vanessa vanya velma vera verna vernon veronica vicki vickie vicky victoria
    vijay vikram vincent vincenzo vinnie virgil vito vivian vladimir wallace walt walter wanda wayne wendell wendy
    wesley whitney wilbert wilbur wilf wilfred wilfrid wilhelm willa willard william willie willis wilma wilson
    winifred winnie winston wolfgang woodrow xander xavier yan yannick yasmin yasmina yasmine yoko yolanda yuki
    yuri yusuf yves yvette yvonne zac zach zachary zack zadie zahra zainab zak zane zara zeke zelda zelma zena zoe
    zoey zola zora
    """.split()
)

SURNAMES = frozenset(
    """
    ackroyd acosta adams adkins aguilar alvarado alvarez andersen anderson andrews aniston aristotle armstrong
    assad atkins atkinson attenborough attlee austen bach baldwin barnes barnett beckham beethoven benson biden
    blair bowen bowie brahms brando briggs bronte buchanan burnett byrd caesar caldwell calhoun campbell carlson
    castillo castro chaplin chaucer chavez chekhov chopin christensen churchill clarke clooney cochran cohen
    columbus confucius connery contreras copeland copernicus crawford cromwell crosby cummings cunningham daniels
    darwin davidson davies davis dawson debussy delgado depp descartes diaz dickens dickerson disney dixon
    dominguez dostoevsky dunn edwards einstein eisenhower eminem erickson espinoza estrada evans farrell faulkner
    fawcett fellini ferguson fernandez feynman figueroa fischer fitzgerald fitzpatrick flanagan fleming flynn fonda
    forbes forsyth frazier freud galileo gallagher gandhi garbo garcia gardner garza gibbs gibson gilmore goebbels
    goethe gomez gonzales gonzalez goodwin gorbachev greene griffith guerrero guevara gutierrez guzman hamilton
    hammond hampton hansen hanson harrell hartman hawkins hayes haynes hemingway henderson hendrix hensley
    hernandez herrera hicks higgins hines hitchcock hitler hoffman holloway holmes hopkins horton howell hubbard
    hudson huffman hughes jacobs jenkins jennings jensen jimenez johnson johnston jones kafka kant keats kennedy
    khan larsen larson lawson lenin lennon lincoln lopez lowe maldonado malone mandela marquez martinez marx massey
    matthews mcbride mccarthy mccartney mcclain mccormick mccoy mcdaniel mcdonald mcgee mcguire mckinney mclaughlin
    medina mendez mendoza merkel meyer michelangelo molina montgomery moore morales moran moreno morrison mosley
    mozart mueller mullins munoz mussolini myers napoleon navarro newman newton nguyen nichols nicholson nietzsche
    nixon nunez o'brien o'connor o'neal obama obrien olson ortega ortiz orwell osborne owens padilla parrish patel
    patterson patton payne pearson pena perez perkins petersen peterson phillips picasso plato presley putin
    ramirez ramos ramsey reagan reeves rembrandt reynolds rhodes richards richardson rios rivera roberts robertson
    robinson rockefeller rodriguez rogers rommel rousseau rowe ruiz sainsbury salazar sanchez sanders sanderson
    sandoval saunders schmidt schroeder schubert schultz schwartz schwarzenegger scorsese seinfeld shaffer
    shakespeare simmonds simmons simpson sims sinatra sinclair singh smithson snyder socrates soto spielberg stalin
    steele steinbeck stephens stephenson stevens stevenson strickland sullivan sutton swanson thompson thornton
    tolkien tolstoy torres townsend truman valdez vargas vasquez vazquez vermeer wagner washington watkins watson
    whitaker wilcox wilkerson wilkins williams williamson wolfe wordsworth yeats zidane zimmerman zuckerberg
    """.split()
)

PLACES = frozenset(
    """
    aberdeen aberdeenshire accra adelaide adriatic aegean afghanistan africa aires alabama alaska albania albany
    albuquerque alderney aleppo alexandria algeria algiers alicante alps alsace amazon america amiens amman
    amsterdam anchorage andalusia andes andorra andover angeles anglesey angola ankara antalya antarctica antigua
    antrim antwerp arabia arbroath ardennes argentina arizona arkansas arlington armagh armenia arnhem ashford asia
    astana asuncion aswan athens atlanta auckland auschwitz austin australia austria avignon aylesbury ayr ayrshire
    azerbaijan azores baghdad bahamas bahrain baku bali baltimore bangalore bangkok bangladesh barbados barcelona
    basel bavaria bedfordshire beijing beirut belarus belfast belgium belgrade belize bengal benin berkshire berlin
    bermuda bern bhutan bilbao birmingham blackburn blackpool bogota bolivia bolton bombay bonn bordeaux borneo
    bosnia boston botswana bournemouth bradford brasilia bratislava brazil brighton brisbane bristol britain bronx
    brooklyn bruges brunei brussels bucharest buckinghamshire budapest buenos bulgaria burkina burma burnley
    burundi cairo calais calcutta calgary california cambodia cambridge cambridgeshire cameroon canada canberra
    cannes canterbury caracas cardiff caribbean carlisle carolina casablanca catalonia charleston chechnya
    chelmsford chelsea cheltenham cheshire chicago chile christchurch cincinnati cleveland colchester colombia
    colorado comoros congo connacht connecticut copenhagen cornwall corsica coventry cracow crete crewe crimea
    croatia cuba cumbria cyprus czechia czechoslovakia dakar dakota dallas damascus danube darlington delaware
    delhi denmark denver derbyshire detroit devon dhaka diego djibouti doha dominica doncaster donegal dorset
    dortmund dover dresden dubai dublin dundee durban durham dusseldorf eastbourne ecuador edinburgh edmonton egypt
    eindhoven england eritrea essex estonia eswatini ethiopia etna euphrates eurasia europe everest exeter fallujah
    falmouth fargo farnborough farnham faro faso felixstowe fermanagh fermoy fiji finland flanders florentine
    florida folkestone fontainebleau formosa france frankfurt freetown fremantle fresno fujairah fukuoka gabon
    galveston galway gambia ganges gateshead gaza gdansk genoa georgia germany ghana ghent gibraltar glasgow
    gloucester gloucestershire goa gothenburg granada greece greenland grenada grimsby guatemala guernsey guildford
    guyana gwynedd haiti halifax hamburg hampshire hannover hanoi harare harlem harrogate harwich hastings havana
    hawaii hebrides heidelberg helsinki hertfordshire herzegovina himalayas hiroshima holland hollywood honduras
    hong honolulu houston huddersfield hungary huntingdonshire iceland idaho illinois india indiana indonesia
    inverness iowa ipswich iran iraq ireland islamabad israel istanbul italy jakarta jamaica janeiro jerusalem
    johannesburg kabul kampala kansas karachi kashmir kathmandu kazakhstan kentucky kenya kerala khartoum kiev
    kildare kilimanjaro kilkenny kingston kinshasa kiribati kong korea kosovo kuwait kyiv kyoto kyrgyzstan lagos
    lanarkshire lancashire lancaster lanka laos latvia lausanne lebanon leeds leicester leicestershire leinster
    leipzig leitrim lesotho liberia libya liechtenstein lima lincolnshire lisbon lithuania liverpool ljubljana
    lombardy london louisiana luton luxembourg lyon lyons macedonia madagascar madrid maidstone malaga malawi
    malaysia maldives mali malta manchester manhattan manila manitoba marrakesh marseille marseilles maryland
    massachusetts mauritania mauritius meath mecca mediterranean melbourne memphis merseyside mexico miami michigan
    micronesia middlesbrough milan milwaukee minneapolis minnesota minsk mississippi missouri mogadishu moldova
    monaco monaghan mongolia montana montenegro montreal morocco moscow mozambique mumbai munich munster myanmar
    nagasaki nairobi namibia naples nashville nauru nebraska nepal netherlands nevada newark newcastle newfoundland
    newport nicaragua niger nigeria norfolk normandy northamptonshire northumberland norway norwich nottingham
    nottinghamshire nunavut nuremberg oakland oceania oklahoma oldham oman ontario oregon orkney oslo ottawa oxford
    oxfordshire pakistan palau palermo palestine panama papua paraguay paris patagonia paulo peking pembrokeshire
    pennsylvania persia perth peru philadelphia philippines pisa pittsburgh plymouth poland polynesia poole porto
    portsmouth portugal prague pretoria provence prussia punjab pyongyang qatar quebec queensland quito rajasthan
    ramsgate rangoon reykjavik rhode rhodesia riga rio riyadh rochdale rochester romania rome roscommon rotterdam
    russia rutland rwanda sacramento sahara saigon salem salford salisbury salzburg samarkand samoa santiago sao
    sapporo sarajevo sardinia saskatchewan saudi saxony scandinavia scarborough scotia scotland scunthorpe seattle
    seine senegal seoul serbia severn sevilla seville seychelles shanghai sheffield shenzhen shrewsbury shropshire
    siam siberia sicily singapore skegness skopje sligo slovakia slovenia smyrna snowdonia sodom soho somalia
    somerset southampton southend southport southwark spain spokane springfield srebrenica sri stafford
    staffordshire stalingrad stevenage stirling stockholm stockport stockton stonehenge stornoway stranraer
    strasbourg stratford stuttgart sudan suez suffolk sumatra sunderland suriname surrey sussex swansea swaziland
    sweden swindon switzerland sydney syracuse syria tahiti taipei taiwan tajikistan tallinn tampa tanzania
    tashkent tasmania tbilisi tehran telford tennessee texas thailand thames tibet tigris tipperary tobago togo
    tokyo toledo tonga toronto torquay toulouse transylvania trinidad tripoli tucson tulsa tunis tunisia turin
    turkmenistan tuscany tuvalu tyneside uganda ukraine umbria uruguay utah utrecht uzbekistan vancouver vanuatu
    vegas venezuela venice vermont verona vesuvius vienna vietnam vilnius virginia wakefield wales walsall warsaw
    warwick warwickshire waterford watford westmeath wexford weymouth wicklow wigan wiltshire wimbledon winchester
    windsor winnipeg wisconsin wolverhampton worcester worcestershire worthing wrexham wyoming yemen yeovil
    yokohama york yorkshire yugoslavia yukon zagreb zaire zambia zanzibar zealand zimbabwe zurich
    """.split()
)
"""Countries, regions, towns; parts of longer names ("sri", "angeles") that mean nothing else."""

PEOPLES = frozenset(
    """
    afghan african albanian algerian american anglican angolan apache arab arabian arabic argentine argentinian
    armenian ashanti asian assyrian australian austrian aztec babylonian bangladeshi baptist basque bavarian
    belgian bengali bolivian brazilian breton british briton buddhism buddhist bulgarian burmese cambodian canadian
    cantonese catalan catholicism celt celtic cherokee cheyenne chilean chinese christian christianity colombian
    comanche cornish croat croatian cuban cypriot czech dane danish dutch dutchman ecuadorian egyptian english
    englishman eskimo estonian ethiopian european fijian filipino finn finnish flemish franciscan french frenchman
    fulani gaelic georgian german ghanaian greek gujarati hawaiian hebrew hindi hindu hinduism hispanic hungarian
    icelandic inca indian indonesian inuit iranian iraqi irish irishman islam islamic israeli italian jamaican
    japanese javanese jew jewish jordanian judaism kenyan korean kurd kurdish kuwaiti latin latino latvian lebanese
    liberian libyan lithuanian lutheran macedonian malay malaysian maltese maori mayan methodist mexican mongolian
    mormon moroccan muslim navajo nepalese nigerian nordic norman norse norwegian pakistani palestinian persian
    peruvian portuguese presbyterian protestant punjabi quaker roman romanian romany russian sanskrit saxon
    scandinavian scot scotsman scottish seminole semitic senegalese serb serbian serbo shinto sicilian sikh
    sinhalese sioux slav slavic slavonic slovak slovakian slovene slovenian somali spaniard spanish sudanese sunni
    swahili swedish swiss syrian taiwanese tamil taoism thai tibetan tunisian turk turkish ugandan ukrainian urdu
    uzbek venezuelan vietnamese welsh welshman yiddish yoruba zulu
    """.split()
)
"""Peoples, languages, faiths: written with a capital."""

TIMES = frozenset(
    """
    april august christmas december diwali easter february friday halloween hanukkah hogmanay january july june
    kippur michaelmas monday november october passover pentecost ramadan saturday september shrovetide sunday
    thursday tuesday wednesday yom
    """.split()
)
"""Months, days, feasts; not those that are words, as March and May are."""

OTHERS = frozenset(
    """
    achilles adidas aldi alitalia allah aphrodite apollo argos asda athena atlantis audi avon babylon batman
    bethlehem bmw boeing brahma buddha bugatti buick burberry cadbury cadburys cadillac camelot chevrolet chevy
    christ chrysler cinderella cisco citroen colgate costco daewoo dracula duracell ebay eden exxon facebook fagin
    falstaff fanta farley faust febreze fedex ferrari ferrero figaro firefox flickr flintstone fosters frankenstein
    frito fritos frodo frosties fuji fujitsu galilee google gucci guinness hades haribo harrods heineken heinz hera
    hercules honda hyundai ikea instagram intel isis jehovah jesus jupiter kellogg kodak lamborghini lego lexus
    lidl linux lucifer lufthansa macdonalds mars maserati mastercard mazda mcdonalds mercedes microsoft mitsubishi
    morrisons nazareth neptune netflix netscape nikon nintendo nissan nivea nokia odin odysseus oreo osiris
    panasonic paypal pepsi peugeot pfizer philips pinocchio pinterest pixar playstation pluto porsche poseidon
    prada primark pringles qantas reebok renault rolex ryanair safeway sainsburys samsonite samsung santa satan
    saturn sauron scooby scrooge seiko shiva shrek siemens simba sinai skoda skype skywalker smirnoff snapchat
    snickers snoopy sony spiderman spotify starbucks strongbow subaru superman suzuki swarovski tesco tesla texaco
    thor toyota twix uber ulysses unilever uranus vauxhall venus verizon versace vishnu vodafone volkswagen volvo
    waitrose walmart whatsapp wikipedia xbox xerox yahoo yahweh yamaha youtube zeus
    """.split()
)
"""Gods, planets, characters, brands."""

NAMES = FIRST_NAMES | SURNAMES | PLACES | PEOPLES | TIMES | OTHERS
"""Forms that are a name and no word."""

WORDS_TOO = frozenset(
    """
    althea amber angel angelica angora archer art aurora autumn ava baker banks basil bath beau bill billy bishop
    black bob bobby bologna brad brandy brook brooks brown buffalo burgundy bush candy carol carter catholic
    celeste chad champagne chandler charity china clark clementine colleen cologne cook cork cross crystal dahlia
    daisy dale dawn day dean dee derby derrick dixie dolly don drew earl earnest ebony ester eve faith fay felicity
    fern ferris field fisher fletcher flora fox frank frost gale gay gene ginger glen goldie grace grant gray green
    grey guinea guy hall hay hazel head heather hector hill holly homer hood hope house hull hunt hunter iris ivy
    jack jade japan jasmine java jay jean jenny jersey jewel jimmy jo joey joy kay kelvin king knight lance lane
    laurel lea lee lewis lily limerick long love mack madras mae march margarita marguerite marina mark marsh
    martin mason mavis may melody mercury merry mica miller misty mobile moody morgan myrtle nelson nice nick noble
    noel olive opal ora orange paddy page parks pat patsy patty pearl penny perry phoenix piers polish pope poppy
    potter price randy ray reading rex rice rich rick robin rosario rose rosemary rowan ruby rugby sage sally
    sandwich sandy sari scotch serge sharp shelly sherry short sienna smith snow sonny split stoke stone strong sue
    summer swede tiffany turkey turner victor viola violet wade walker ward warren waters weeks wells white willow
    winter wolf wood woods wright young
    """.split()
)
"""Names that are words as well."""

NUMBERS = frozenset(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion
    """.split()
)
"""Cardinal numbers; those of several words are made of them."""

"""Animals by subcategory: which names count as animals, and which of them go together.

The list and its subcategories are lalia's own, written from general knowledge in the manner of Troyer et al. (1997):
an animal may stand in several. Names are singular; every name of two words is one animal because its parts are
not both animals ("polar bear" but never "cat fish"), so that two responses are not taken for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SUBCATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "pets": "dog, cat, puppy, kitten, hamster, gerbil, guinea pig, rabbit, bunny, goldfish, parrot, parakeet, "
        "budgerigar, canary, cockatiel, lovebird, tortoise, turtle, ferret, rat, mouse, chinchilla, pony, iguana, "
        "gecko, hermit crab",
        "dogs": "dog, puppy, hound, poodle, labrador, collie, terrier, spaniel, beagle, bulldog, boxer, dalmatian, "
        "german shepherd, golden retriever, retriever, greyhound, husky, chihuahua, dachshund, rottweiler, corgi, "
        "pug, whippet, mastiff, pit bull, saint bernard, great dane, dobermann, sheepdog, mutt, setter, border collie, "
        "shih tzu, pomeranian, schnauzer, pointer, malamute, bloodhound, basset hound, jack russell",
        "canines": "dog, wolf, fox, coyote, jackal, dingo, hyena, wild dog, arctic fox, red fox, husky, puppy",
        "felines": "cat, kitten, lion, lioness, tiger, leopard, cheetah, jaguar, panther, puma, lynx, bobcat, "
        "ocelot, mountain lion, snow leopard, caracal, wildcat, serval, siamese cat, persian cat, tabby, liger, "
        "black panther",
        "farm": "cow, bull, calf, ox, steer, heifer, cattle, pig, hog, sow, piglet, boar, sheep, lamb, ram, ewe, goat, "
        "horse, pony, foal, colt, mare, stallion, filly, donkey, mule, ass, chicken, hen, rooster, cockerel, chick, "
        "duck, duckling, drake, goose, gander, gosling, turkey, rabbit, llama, alpaca, dog, cat, guinea fowl, billy "
        "goat, nanny goat, barn cat, kid, bullock",
        "equines": "horse, pony, foal, colt, mare, stallion, filly, donkey, mule, ass, zebra, clydesdale, "
        "shetland pony",
        "bovines": "cow, bull, calf, ox, steer, heifer, cattle, bison, buffalo, yak, water buffalo, wildebeest, "
        "musk ox, bullock",
        "african": "lion, lioness, elephant, giraffe, zebra, rhinoceros, hippopotamus, leopard, cheetah, hyena, "
        "antelope, gazelle, impala, wildebeest, kudu, eland, oryx, springbok, warthog, meerkat, gorilla, "
        "chimpanzee, baboon, monkey, ostrich, crocodile, aardvark, buffalo, jackal, okapi, mandrill, camel, lemur, "
        "bongo, vulture, black mamba, tiger, serval, panther, mongoose, dik dik, wild dog, flamingo, bonobo",
        "australian": "kangaroo, koala, wallaby, wombat, platypus, echidna, dingo, emu, tasmanian devil, kookaburra, "
        "cockatoo, possum, bandicoot, cassowary, bilby, quokka, black swan, sugar glider, kiwi, crocodile",
        "arctic": "polar bear, penguin, seal, walrus, arctic fox, reindeer, caribou, narwhal, beluga, snowy owl, "
        "musk ox, lemming, arctic hare, sea lion, husky, killer whale, puffin, sea elephant, snow leopard",
        "north american": "bear, grizzly bear, black bear, brown bear, moose, elk, deer, caribou, beaver, raccoon, "
        "skunk, opossum, chipmunk, squirrel, coyote, wolf, fox, bobcat, mountain lion, puma, bison, buffalo, "
        "woodchuck, gopher, prairie dog, porcupine, badger, wolverine, mink, muskrat, otter, armadillo, bald eagle, "
        "rattlesnake, bighorn sheep, turkey, rabbit, alligator, javelina, jackrabbit, marten",
        "south american": "llama, alpaca, jaguar, sloth, anteater, armadillo, tapir, capybara, toucan, macaw, piranha, "
        "anaconda, howler monkey, marmoset, tamarin, vicuna, chinchilla, condor, parrot, ocelot, boa constrictor, "
        "guanaco, coati, peccary, agouti",
        "asian": "tiger, panda, giant panda, red panda, elephant, orangutan, gibbon, cobra, king cobra, yak, "
        "water buffalo, komodo dragon, snow leopard, peacock, camel, mongoose, langur, macaque, sun bear, "
        "pangolin, gaur, python, rhinoceros",
        "desert": "camel, dromedary, meerkat, scorpion, rattlesnake, lizard, gerbil, jerboa, fennec, roadrunner, "
        "oryx, gila monster, coyote, sidewinder, tarantula",
        "british woodland": "fox, badger, hedgehog, squirrel, red squirrel, grey squirrel, deer, stag, doe, fawn, "
        "rabbit, hare, mole, vole, shrew, stoat, weasel, dormouse, otter, owl, mouse, rat, bat, polecat, wild boar, "
        "buck, red deer, roe deer, fallow deer, pine marten, water vole",
        "bears": "bear, polar bear, grizzly bear, black bear, brown bear, panda, giant panda, koala, sun bear, "
        "kodiak bear, cub, red panda",
        "deer": "deer, stag, doe, fawn, buck, red deer, roe deer, fallow deer, elk, moose, reindeer, caribou, "
        "antelope, gazelle, impala, kudu, eland, oryx, springbok, gnu, bongo, muntjac, wildebeest, pronghorn, hart, "
        "hind, ibex, white-tailed deer, dik dik",
        "primates": "monkey, ape, gorilla, chimpanzee, orangutan, baboon, gibbon, lemur, mandrill, marmoset, "
        "tamarin, bonobo, howler monkey, macaque, rhesus monkey, capuchin, langur, loris, human, bush baby",
        "rodents": "mouse, rat, squirrel, hamster, gerbil, guinea pig, chipmunk, beaver, porcupine, gopher, "
        "prairie dog, woodchuck, marmot, muskrat, vole, lemming, chinchilla, capybara, dormouse, shrew, mole, "
        "jerboa, rodent, field mouse, coypu, red squirrel, grey squirrel, agouti, water vole",
        "rabbits": "rabbit, bunny, hare, jackrabbit, pika, arctic hare",
        "weasels": "weasel, stoat, ferret, mink, otter, badger, polecat, marten, wolverine, skunk, mongoose, sable, "
        "ermine, pine marten, sea otter, meerkat, honey badger",
        "insectivores": "aardvark, anteater, hedgehog, mole, shrew, pangolin, armadillo, echidna, numbat",
        "marsupials": "kangaroo, koala, wallaby, wombat, opossum, possum, tasmanian devil, bandicoot, bilby, quokka, "
        "numbat, sugar glider",
        "birds": "bird, robin, sparrow, blackbird, bluebird, thrush, starling, swallow, swift, martin, wren, finch, "
        "bullfinch, chaffinch, goldfinch, greenfinch, tit, blue tit, great tit, magpie, crow, raven, rook, jackdaw, "
        "jay, blue jay, cardinal, oriole, mockingbird, woodpecker, cuckoo, kingfisher, hummingbird, nightingale, "
        "lark, skylark, pigeon, dove, eagle, bald eagle, golden eagle, hawk, falcon, kestrel, osprey, buzzard, kite, "
        "vulture, condor, owl, barn owl, snowy owl, chicken, hen, rooster, cockerel, chick, turkey, duck, duckling, "
        "goose, swan, black swan, cygnet, pheasant, partridge, quail, grouse, peacock, peahen, guinea fowl, ostrich, "
        "emu, rhea, cassowary, kiwi, penguin, puffin, seagull, gull, albatross, pelican, cormorant, heron, egret, "
        "stork, crane, flamingo, ibis, sandpiper, plover, lapwing, curlew, tern, parrot, parakeet, budgerigar, "
        "canary, cockatiel, cockatoo, macaw, lovebird, toucan, kookaburra, roadrunner, mallard, moorhen, coot, loon, "
        "gannet, dodo, spoonbill, chickadee, warbler, grackle, nuthatch, wagtail, fowl, booby, gander, gosling, "
        "linnet, sparrowhawk, mynah, red kite, drake, snipe, woodcock, waxwing, tanager, whippoorwill",
        "birds of prey": "eagle, bald eagle, golden eagle, hawk, falcon, kestrel, osprey, buzzard, kite, vulture, "
        "condor, owl, barn owl, snowy owl, sparrowhawk, red kite",
        "water birds": "duck, duckling, goose, swan, black swan, cygnet, penguin, puffin, seagull, gull, albatross, "
        "pelican, cormorant, heron, egret, stork, crane, flamingo, ibis, sandpiper, plover, tern, mallard, moorhen, "
        "coot, loon, gannet, spoonbill, kingfisher, drake, gander, gosling, booby",
        "fish": "fish, salmon, trout, cod, haddock, herring, mackerel, sardine, anchovy, tuna, shark, great white "
        "shark, hammerhead, carp, goldfish, catfish, pike, perch, bass, eel, ray, stingray, manta ray, plaice, sole, "
        "flounder, halibut, turbot, swordfish, marlin, barracuda, piranha, sturgeon, minnow, guppy, clownfish, "
        "angelfish, pufferfish, seahorse, snapper, tilapia, bream, sunfish, koi, lamprey, skate, mullet, roach, "
        "stickleback, bluegill, walleye, flying fish, betta, pilchard, hake, grouper, monkfish, kipper, "
        "tropical fish, pollock, red snapper, sea bass, swordtail, tench",
        "water": "fish, whale, blue whale, killer whale, humpback whale, sperm whale, beluga, narwhal, dolphin, "
        "porpoise, shark, great white shark, hammerhead, seal, sea lion, walrus, manatee, dugong, octopus, squid, "
        "cuttlefish, jellyfish, crab, lobster, prawn, shrimp, crayfish, clam, oyster, mussel, scallop, starfish, sea "
        "urchin, sea anemone, seahorse, eel, ray, stingray, manta ray, turtle, sea turtle, otter, sea otter, "
        "crocodile, alligator, hippopotamus, beaver, platypus, coral, sponge, barnacle, cockle, plankton, krill, "
        "penguin, sea cucumber, salmon, trout, cod, tuna, swordfish, whelk, winkle, limpet, hermit crab, nautilus, "
        "mollusc, water snake, sea snake, sea slug, goldfish, catfish, barracuda, piranha, sea cow, "
        "portuguese man of war, sea elephant, muskrat, crawdad",
        "shellfish": "crab, lobster, prawn, shrimp, crayfish, clam, oyster, mussel, scallop, barnacle, cockle, whelk, "
        "winkle, limpet, hermit crab, krill, crawdad",
        "reptiles": "snake, lizard, crocodile, alligator, turtle, sea turtle, tortoise, terrapin, gecko, iguana, "
        "chameleon, komodo dragon, python, cobra, king cobra, rattlesnake, viper, adder, boa constrictor, anaconda, "
        "black mamba, grass snake, copperhead, gila monster, skink, dinosaur, asp, sidewinder, salamander, "
        "garter snake, bearded dragon, reptile, caiman, water moccasin, water snake, sea snake, slow worm, "
        "corn snake, monitor lizard, snapping turtle, box turtle, serpent, cottonmouth",
        "snakes": "snake, python, cobra, king cobra, rattlesnake, viper, adder, boa constrictor, anaconda, "
        "black mamba, grass snake, copperhead, asp, sidewinder, garter snake, water moccasin, water snake, sea snake, "
        "corn snake, serpent, cottonmouth",
        "amphibians": "frog, toad, newt, salamander, tadpole, axolotl, bullfrog, tree frog, amphibian, natterjack",
        "insects": "insect, ant, bee, bumblebee, honeybee, wasp, hornet, fly, housefly, horsefly, mosquito, gnat, "
        "midge, butterfly, moth, caterpillar, beetle, ladybird, cockroach, cricket, grasshopper, locust, dragonfly, "
        "damselfly, mayfly, termite, flea, louse, tick, mite, aphid, earwig, praying mantis, stick insect, "
        "centipede, millipede, woodlouse, spider, tarantula, black widow, scorpion, worm, earthworm, slug, snail, "
        "leech, maggot, firefly, cicada, bug, bedbug, greenfly, bluebottle, daddy longlegs, weevil, "
        "glow worm, silkworm, silverfish, fruit fly, yellowjacket, june bug, katydid, stink bug, monarch butterfly, "
        "water beetle, dung beetle, inchworm, carpenter ant, fire ant",
        "arachnids": "spider, tarantula, black widow, scorpion, tick, mite, daddy longlegs",
        "prehistoric": "dinosaur, mammoth, dodo, tyrannosaurus, triceratops, pterodactyl, stegosaurus, brontosaurus, "
        "velociraptor, mastodon, sabre-toothed tiger, trilobite, diplodocus, woolly mammoth",
        "imaginary": "unicorn, dragon, mermaid, phoenix, griffin, yeti, centaur",
        "bats": "bat, fruit bat, vampire bat, flying fox, pipistrelle",
        "pachyderms": "elephant, rhinoceros, hippopotamus, tapir, african elephant, indian elephant, mammoth",
        "camelids": "camel, dromedary, llama, alpaca, vicuna, guanaco, bactrian camel",
        "sheep and goats": "sheep, lamb, ram, ewe, goat, kid, mountain goat, bighorn sheep, ibex, billy goat, "
        "nanny goat, chamois",
        "pigs": "pig, hog, sow, piglet, boar, warthog, wild boar, peccary, swine, javelina",
    }
)
"""Subcategory to the singular names in it."""

ALSO_CALLED: Mapping[str, str] = MappingProxyType(
    {
        "hippo": "hippopotamus", "rhino": "rhinoceros", "rhinocerous": "rhinoceros", "chimp": "chimpanzee",
        "orang utan": "orangutan", "orangutang": "orangutan", "budgie": "budgerigar", "doggy": "dog", "doggie": "dog",
        "kitty": "cat", "pussycat": "cat", "pussy cat": "cat", "moggy": "cat", "house cat": "cat",
        "alsatian": "german shepherd", "german shepherd dog": "german shepherd", "lab": "labrador",
        "labrador retriever": "labrador", "doberman": "dobermann", "doberman pinscher": "dobermann",
        "boxer dog": "boxer", "pitbull": "pit bull", "st bernard": "saint bernard", "dalmation": "dalmatian",
        "cougar": "puma", "mountain lion": "puma", "grizzly": "grizzly bear", "panda bear": "panda",
        "koala bear": "koala", "giant panda": "panda", "black panther": "panther", "gnu": "wildebeest",
        "groundhog": "woodchuck", "ground hog": "woodchuck", "racoon": "raccoon", "orca": "killer whale",
        "orca whale": "killer whale", "beluga whale": "beluga", "sea gull": "seagull", "sea horse": "seahorse",
        "jelly fish": "jellyfish", "star fish": "starfish", "gold fish": "goldfish", "sword fish": "swordfish",
        "clown fish": "clownfish", "angel fish": "angelfish", "puffer fish": "pufferfish", "sting ray": "stingray",
        "ladybug": "ladybird", "lady bug": "ladybird", "lady bird": "ladybird", "bumble bee": "bumblebee",
        "honey bee": "honeybee", "house fly": "housefly", "fire fly": "firefly", "lightning bug": "firefly",
        "butter fly": "butterfly", "grass hopper": "grasshopper", "mantis": "praying mantis",
        "daddy long legs": "daddy longlegs", "cockerel": "rooster", "cock": "rooster", "humming bird": "hummingbird",
        "mocking bird": "mockingbird", "black bird": "blackbird", "blue bird": "bluebird",
        "road runner": "roadrunner", "myna bird": "mynah", "boa": "boa constrictor", "mamba": "black mamba",
        "rattle snake": "rattlesnake", "tyrannosaurus rex": "tyrannosaurus", "t rex": "tyrannosaurus",
        "crawfish": "crayfish", "ant eater": "anteater", "duckbilled platypus": "platypus",
        "duck billed platypus": "platypus", "duck bill platypus": "platypus", "duckbill platypus": "platypus",
        "gray squirrel": "grey squirrel", "rein deer": "reindeer", "musk rat": "muskrat", "door mouse": "dormouse",
        "fennec fox": "fennec", "tom cat": "cat", "tomcat": "cat", "bunny": "rabbit", "bunny rabbit": "rabbit",
        "gull": "seagull", "wild cat": "wildcat", "siamese": "siamese cat", "persian": "persian cat",
        "bob cat": "bobcat", "peafowl": "peacock", "killerwhale": "killer whale", "humpback": "humpback whale",
        "great white": "great white shark", "hammerhead shark": "hammerhead", "gator": "alligator",
        "croc": "crocodile", "anemone": "sea anemone", "mollusk": "mollusc", "white rhino": "rhinoceros",
        "black rhino": "rhinoceros", "saber toothed tiger": "sabre toothed tiger", "jack rabbit": "jackrabbit",
        "rhesus": "rhesus monkey", "emperor penguin": "penguin", "cheeta": "cheetah",
        "portuguese men of war": "portuguese man of war",
    }
)  # fmt: skip
"""Other names and spellings to the name they stand for; those are one response with it."""

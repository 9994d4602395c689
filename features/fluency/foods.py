"""Fruits, vegetables and what else a supermarket sells, by subcategory.

The lists and their subcategories are lalia's own, written from general knowledge in the manner of Troyer (2000), whose
supermarket clusters are the shelves of a shop: an item may stand on several. Names are singular.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FRUITS: Mapping[str, str] = MappingProxyType(
    {
        "pome": "apple, pear, quince, crab apple, medlar, granny smith, golden delicious, asian pear",
        "stone": "peach, nectarine, apricot, plum, cherry, greengage, damson, sloe, mirabelle, prune, olive, date, "
        "avocado, mango, lychee",
        "berries": "strawberry, raspberry, blackberry, blueberry, cranberry, gooseberry, blackcurrant, redcurrant, "
        "whitecurrant, loganberry, boysenberry, elderberry, mulberry, bilberry, huckleberry, currant, acai, "
        "goji berry, tayberry, lingonberry, berry, grape, cloudberry, bramble, black currant",
        "citrus": "orange, lemon, lime, grapefruit, tangerine, satsuma, clementine, mandarin, kumquat, pomelo, ugli, "
        "blood orange, yuzu, bergamot, navel orange, key lime, tangelo",
        "melons": "melon, watermelon, cantaloupe, honeydew, galia melon, honeydew melon, muskmelon, casaba",
        "tropical": "banana, pineapple, mango, papaya, kiwi, passion fruit, guava, lychee, coconut, star fruit, "
        "dragon fruit, plantain, pawpaw, jackfruit, durian, rambutan, mangosteen, tamarind, soursop, persimmon, "
        "pomegranate, fig, date, breadfruit, longan, sapodilla, loquat, prickly pear, cherimoya",
        "dried": "raisin, sultana, currant, prune, date, fig, apricot",
        "orchard": "apple, pear, plum, cherry, peach, apricot, damson, quince, greengage, nectarine",
        "summer": "strawberry, raspberry, blackberry, gooseberry, cherry, blueberry, redcurrant, blackcurrant, peach, "
        "rhubarb, nectarine, plum",
    }
)

VEGETABLES: Mapping[str, str] = MappingProxyType(
    {
        "roots": "carrot, potato, parsnip, turnip, swede, beetroot, radish, celeriac, sweet potato, yam, cassava, "
        "jerusalem artichoke, rutabaga, daikon, salsify, horseradish, ginger, kohlrabi, taro, jicama, new potato, "
        "baked potato, water chestnut",
        "brassicas": "cabbage, broccoli, cauliflower, brussels sprout, kale, red cabbage, savoy cabbage, pak choi, "
        "spring greens, kohlrabi, collard greens, mustard greens, romanesco, chinese cabbage, turnip greens, greens, "
        "swede, broccolini, cavolo nero, sprout, white cabbage",
        "leaves": "lettuce, spinach, cress, watercress, rocket, chard, endive, chicory, swiss chard, romaine, iceberg "
        "lettuce, radicchio, mustard greens, collard greens, kale, sorrel, salad, lamb's lettuce, dandelion greens, "
        "escarole, arugula",
        "onions": "onion, leek, garlic, shallot, spring onion, chive, red onion, scallion, white onion",
        "legumes": "pea, bean, green bean, runner bean, broad bean, french bean, kidney bean, lima bean, lentil, "
        "chickpea, mange tout, sugar snap pea, snow pea, soybean, black bean, pinto bean, navy bean, butter bean, "
        "split pea, baked bean, string bean, wax bean, haricot bean, okra, edamame, black-eyed pea, garden pea, "
        "bean sprout, sweet pea, mung bean",
        "fruiting": "tomato, cucumber, pepper, aubergine, courgette, squash, pumpkin, marrow, butternut squash, "
        "chilli, red pepper, green pepper, bell pepper, cherry tomato, gherkin, okra, avocado, sweetcorn, corn, "
        "acorn squash, spaghetti squash, yellow squash, jalapeno, gourd, corn on the cob, yellow pepper",
        "stalks": "celery, asparagus, rhubarb, fennel, artichoke, leek, bamboo shoot, cardoon, chard",
        "mushrooms": "mushroom, button mushroom, portobello, shiitake, truffle, chestnut mushroom",
        "salad": "lettuce, tomato, cucumber, radish, celery, cress, watercress, spring onion, rocket, pepper, "
        "avocado, beetroot, spinach, sweetcorn",
        "herbs": "parsley, basil, mint, coriander, thyme, sage, rosemary, dill, chive, oregano, tarragon, bay leaf, "
        "cilantro, fennel",
    }
)

SHELVES: Mapping[str, str] = MappingProxyType(
    {
        "dairy": "milk, cheese, butter, yogurt, cream, margarine, egg, cottage cheese, cream cheese, sour cream, "
        "cheddar, mozzarella, ice cream, buttermilk, custard, parmesan, whipped cream, skim milk, half and half",
        "meat": "meat, beef, pork, lamb, chicken, turkey, bacon, sausage, ham, steak, mince, burger, chop, veal, duck, "
        "liver, hot dog, ground beef, pork chop, lamb chop, salami, roast, hamburger, hamburger meat, chicken breast, "
        "kidney, gammon, rib, cold cuts, bologna, pepperoni, poultry, roast beef, lunch meat, black pudding, venison",
        "fish": "fish, salmon, tuna, cod, haddock, prawn, shrimp, crab, lobster, sardine, mackerel, fish finger, "
        "trout, mussel, plaice, anchovy, kipper, seafood, clam, oyster, scallop, tuna fish, herring",
        "bakery": "bread, roll, cake, biscuit, bun, croissant, bagel, muffin, doughnut, pie, pastry, scone, cookie, "
        "tart, pitta, loaf, crumpet, teacake, baguette, cracker, tortilla, brownie, naan, white bread, brown bread, "
        "wrap, pancake, waffle, toast",
        "cereals": "cereal, cornflakes, oatmeal, porridge, muesli, granola, rice krispies, oat, weetabix, bran, "
        "cheerios, all bran, shredded wheat, grits",
        "baking": "flour, sugar, baking powder, yeast, salt, baking soda, vanilla, icing sugar, cocoa, cornflour, "
        "brown sugar, honey, syrup, treacle, shortening, chocolate chip, almond, food colouring, cake mix, lard, suet",
        "tins": "soup, tin of beans, baked bean, tomato, sweetcorn, tuna, spaghetti, canned fruit, canned vegetable, "
        "tinned fruit, tinned tomato, peach, canned goods, corned beef, spam, tin, chopped tomato, salmon, sardine",
        "staples": "pasta, rice, noodle, spaghetti, macaroni, lentil, couscous, lasagne, bean, dried bean, quinoa, "
        "pulse, oat, flour",
        "spreads": "jam, marmalade, honey, peanut butter, marmite, jelly, chocolate spread, lemon curd, nutella, "
        "butter, margarine, vegemite",
        "condiments": "salt, pepper, ketchup, mustard, mayonnaise, vinegar, oil, olive oil, sauce, salad dressing, "
        "pickle, relish, soy sauce, spice, herb, gravy, curry powder, chutney, cinnamon, tomato sauce, stock cube, "
        "salad cream, brown sauce, cooking oil, vegetable oil, salsa, barbecue sauce, mayo, worcester sauce",
        "drinks": "water, juice, orange juice, tea, coffee, beer, wine, cola, lemonade, squash, soda, pop, cider, "
        "whisky, gin, vodka, apple juice, coke, pepsi, bottled water, tonic, soft drink, champagne, milk, "
        "mineral water, hot chocolate, cordial, sherry, brandy, rum, ginger ale, red wine, white wine, tea bag, "
        "instant coffee, tomato juice, liquor, decaf, fruit juice, grapefruit juice, cranberry juice, drink",
        "sweets": "sweet, chocolate, candy, crisp, biscuit, cookie, ice cream, chewing gum, popcorn, nut, peanut, "
        "cracker, candy bar, potato chip, chip, pretzel, toffee, mint, chocolate bar, cashew, snack, jelly bean, "
        "gum, fudge, cashew nut",
        "frozen": "frozen pea, frozen food, ice cream, pizza, fish finger, frozen vegetable, frozen dinner, frozen "
        "chip, tv dinner, frozen pizza, ready meal, ice, frozen meal, waffle, ice lolly, popsicle",
        "cleaning": "soap, washing powder, washing up liquid, bleach, detergent, dish soap, polish, sponge, fabric "
        "softener, disinfectant, cleaner, cloth, duster, mop, broom, laundry detergent, soap powder, dishwasher "
        "tablet, scouring pad, fabric conditioner, furniture polish, window cleaner, bucket, brillo pad, starch, "
        "dish detergent, brush, rubber glove, dishwashing liquid, cleaning product, bin bag",
        "paper": "toilet paper, kitchen roll, tissue, paper towel, toilet roll, napkin, kleenex, foil, cling film, "
        "paper plate, bin bag, aluminium foil, aluminum foil, wax paper, plastic bag, greaseproof paper, garbage bag, "
        "saran wrap, plastic wrap, paper napkin, paper, trash bag, sandwich bag, paper cup, paper bag, loo roll",
        "toiletries": "shampoo, toothpaste, toothbrush, soap, deodorant, conditioner, razor, shaving cream, shower "
        "gel, aspirin, plaster, sanitary towel, mouthwash, make-up, cotton wool, nappy, diaper, vitamin, lotion, hand "
        "cream, medicine, cosmetics, paracetamol, bubble bath, hairspray, tampon, perfume, body lotion, razor blade, "
        "lipstick, sun cream, band aid, talcum powder, bandage, hand soap, floss, comb",
        "pets": "dog food, cat food, cat litter, pet food, bird seed, kitty litter, dog biscuit",
        "household": "light bulb, battery, candle, match, newspaper, magazine, flower, card, plant, cigarette, pan, "
        "plate, cup, glass, knife, fork, spoon, charcoal, film, lighter, birthday card, stamp, book, envelope, pen, "
        "tobacco, toy, greeting card, carrier bag, basket, trolley, pot, stationery, bag, seed, dvd, video, "
        "firelighter, utensil, clothes, pencil",
        "deli": "ham, salami, cheese, olive, coleslaw, potato salad, pate, quiche, hummus, cold cuts, sandwich, "
        "pasta salad, cooked meat, sausage roll, pork pie, salad, dip, roast chicken, lunch meat, sushi",
    }
)

ALSO_CALLED: Mapping[str, str] = MappingProxyType(
    {
        "eggplant": "aubergine", "zucchini": "courgette", "beet": "beetroot", "bok choy": "pak choi",
        "garbanzo bean": "chickpea", "garbanzo": "chickpea", "chick pea": "chickpea", "chili": "chilli",
        "chili pepper": "chilli", "chilli pepper": "chilli", "capsicum": "pepper", "sweet corn": "sweetcorn",
        "lady's finger": "okra", "soya bean": "soybean", "soy bean": "soybean",
        "brussel sprout": "brussels sprout", "brussels sprouts": "brussels sprout", "spud": "potato",
        "green onion": "spring onion", "fava bean": "broad bean", "mangetout": "mange tout", "kiwi fruit": "kiwi",
        "kiwifruit": "kiwi", "passionfruit": "passion fruit", "starfruit": "star fruit",
        "litchi": "lychee", "cantaloup": "cantaloupe", "mandarin orange": "mandarin",
        "crabapple": "crab apple", "yoghurt": "yogurt", "donut": "doughnut", "catsup": "ketchup",
        "tomato ketchup": "ketchup", "noodles": "noodle", "crisps": "crisp", "coca cola": "coke", "whiskey": "whisky",
        "corn flakes": "cornflakes", "pita": "pitta", "pita bread": "pitta", "hotdog": "hot dog",
        "minced beef": "mince", "minced meat": "mince", "toilet tissue": "toilet paper", "loo paper": "toilet paper",
        "kitchen paper": "kitchen roll", "clingfilm": "cling film", "tin foil": "foil", "tinfoil": "foil",
        "kitchen foil": "foil", "washing-up liquid": "washing up liquid", "lightbulb": "light bulb",
        "makeup": "make up", "lasagna": "lasagne", "porridge oats": "porridge",
        "icecream": "ice cream", "paper towels": "paper towel", "beefburger": "burger", "lollipop": "sweet",
        "potatoe": "potato", "rasberry": "raspberry", "avacado": "avocado", "mayonaise": "mayonnaise",
    }
)  # fmt: skip
"""Other names and spellings to the name they stand for; those are one response with it."""

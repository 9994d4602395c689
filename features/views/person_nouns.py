"""Nouns that name people, by the pronouns they can be taken up with: our own list."""

from __future__ import annotations

MASCULINE = frozenset(
    """actor bloke boy boyfriend brother businessman chairman chap cowboy dad daddy dude father fella fellow
    fireman fisherman gentleman godfather grandad grandfather grandpa grandson groom guy hero husband king lad
    landlord mailman male man milkman monk mr nephew papa policeman postman prince salesman sir son stepbrother
    stepfather stepson uncle waiter widower workman""".split()
)
FEMININE = frozenset(
    """actress aunt auntie bride businesswoman chairwoman daughter female gal girl girlfriend godmother gran
    granddaughter grandma grandmother granny heroine housewife lady landlady ma'am madam mama mom mommy mother
    mrs ms mum mummy nan niece nun policewoman princess queen saleswoman sister stepdaughter stepmother
    stepsister waitress widow wife witch woman""".split()
)
EITHER = frozenset(
    """accountant adult adviser agent ally ancestor anybody anyone appellant applicant architect artist assistant
    athlete attorney author baby babysitter bachelor baker barber beggar boss buddy builder burglar butcher
    candidate captain carer caretaker celebrity champion chef chief child citizen claimant classmate clerk
    client clown coach colleague companion complainant composer cook cop counsel counsellor counselor couple
    cousin coworker creator criminal critic crook customer cyclist dancer defendant dentist deputy descendant
    designer detective director doctor doorman driver drunk dwarf editor elder employee employer enemy engineer
    everybody everyone expert fan farmer fiancé fiancée fighter folk founder friend gardener ghost giant
    governor grandchild grandparent guard guest guide hairdresser helper host hunter immigrant individual infant
    inhabitant inmate instructor interviewer investor janitor journalist judge juror kid killer landowner lawyer
    leader learner lecturer lender liar librarian listener lover magistrate manager mate mayor mechanic medic
    member mentor merchant midwife minister minor moderator musician neighbor neighbour nobody novelist nurse
    observer officer operator opponent organizer orphan other outsider owner painter parent participant partner
    passenger passerby patient patron pedestrian performer person petitioner photographer physician pilot pirate
    plaintiff planner player plumber poet politician president priest principal prisoner producer professor
    programmer prosecutor psychiatrist psychologist publisher pupil rabbi reader receptionist referee refugee
    relative reporter representative rescuer researcher resident respondent rider robber roommate ruler runner
    sailor scholar scientist secretary senator server settler shepherd sheriff shopkeeper sibling singer skater
    slave sleeper soldier somebody someone speaker specialist spouse star stranger student superior supervisor
    supporter surgeon survivor suspect swimmer tailor teacher teammate technician teen teenager tenant therapist
    thief toddler tourist trader trainer traveler traveller tutor twin user veteran victim villager visitor
    volunteer voter walker warrior who whoever winner witness worker writer youngster youth""".split()
)
GROUPS = frozenset(
    """army audience band bank board bunch church class club college committee company congress council country
    couple court crew crowd department family firm folk gang generation government group hospital house jury lot
    majority media minority nation office organisation organization party people police population press public
    rest school shop side society staff store team town tribe union university village""".split()
)
ANIMALS = frozenset(
    """animal bear bird bull bunny calf cat chicken cow creature dog dolphin donkey dragon duck elephant fish fox
    frog goat goose hamster hare hen horse kitten lamb lion monkey monster mouse owl parrot pet pig pony puppy
    rabbit rat sheep snake squirrel tiger turtle whale wolf""".split()
)
"""Taken up by he, she or it alike."""

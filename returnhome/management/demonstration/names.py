"""Invented names of varied origin; put together by lot, none of them is anybody's."""

GIRLS = (
    "Aaliyah", "Abigail", "Agnieszka", "Aisha", "Amara", "Anjali", "Bethan", "Blessing",
    "Caoimhe", "Carys", "Chloe", "Daisy", "Destiny", "Ebony", "Ella", "Erin", "Fatou", "Freya",
    "Gabriela", "Grace", "Hana", "Holly", "Imani", "Isla", "Jasmine", "Jodie", "Katya", "Keira",
    "Laila", "Leanne", "Lily-Mae", "Maja", "Maryam", "Megan", "Mei", "Niamh", "Nour", "Olamide",
    "Oksana", "Poppy", "Precious", "Roksana", "Ruby", "Saffron", "Samira", "Shanice", "Skye",
    "Summer", "Tamara", "Thandi", "Tia", "Yasmin", "Zara", "Zofia",
)  # fmt: skip
BOYS = (
    "Aaron", "Abdul", "Adam", "Aidan", "Alfie", "Amir", "Arjun", "Bilal", "Bogdan", "Brandon",
    "Callum", "Charlie", "Connor", "Corey", "Daniel", "Darius", "Dylan", "Emeka", "Ethan",
    "Farhan", "Filip", "Finley", "Gethin", "Hamza", "Harvey", "Ibrahim", "Isaac", "Jakub",
    "Jayden", "Jordan", "Kai", "Kelvin", "Kieran", "Kofi", "Leo", "Levi", "Malachi", "Marlon",
    "Mason", "Mateusz", "Mehmet", "Nathan", "Noah", "Oliver", "Omar", "Oscar", "Petru",
    "Reuben", "Riley", "Samuel", "Sanjay", "Tariq", "Theo", "Tyler", "Yusuf", "Zain",
)  # fmt: skip
SURNAMES = (
    "Abara", "Adeyemi-Clarke", "Ahmed", "Akhtar", "Aldridge", "Anwar", "Asante", "Ashworth",
    "Bairstow", "Banda", "Begum", "Bielak", "Booth", "Brannigan", "Chaudhry", "Cheung",
    "Clough", "Cooper", "Dacosta", "Dhillon", "Doyle", "Eastwood", "Ekwueme", "Fenwick",
    "Ferreira", "Garside", "Gill", "Greenhalgh", "Haddad", "Hargreave", "Hussein", "Ionescu",
    "Jagger", "Joyce", "Kamara", "Kaur", "Kowalczyk", "Lawal", "Lister", "Lomax", "Mahmood",
    "Mendes", "Mistry", "Murgatroyd", "Mwangi", "Ndlovu", "Nowicki", "O’Hara", "Okonkwo",
    "Oldroyd", "Patel", "Pickles", "Qureshi", "Ramsden", "Redfearn", "Rostami", "Sandhu",
    "Sithole", "Stott", "Sutcliffe", "Szabo", "Tiwari", "Turay", "Uddin", "Vasquez",
    "Wadsworth", "Wrigley", "Xu", "Yeboah", "Zaman",
)  # fmt: skip

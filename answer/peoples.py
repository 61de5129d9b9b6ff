"""Countries and what their people and things are called: "Korean", "Koreans" and "Korea" are one name."""

_NAMED = """
afghanistan afghan; africa african; albania albanian; algeria algerian; america american us usa; angola angolan
arabia arabian; argentina argentine argentinian; armenia armenian; asia asian; australia australian; austria austrian
azerbaijan azerbaijani azeri; bahamas bahamian; bahrain bahraini; bangladesh bangladeshi; barbados barbadian
belarus belarusian; belgium belgian; benin beninese; bhutan bhutanese; bolivia bolivian; bosnia bosnian
botswana botswanan; brazil brazilian; britain british briton uk; bulgaria bulgarian; burma burmese
burundi burundian; california californian; cambodia cambodian; cameroon cameroonian; canada canadian
catalonia catalan
chad chadian; chechnya chechen; chile chilean; china chinese; colombia colombian; congo congolese
croatia croat croatian
cuba cuban; cyprus cypriot; czechia czech; denmark danish dane; dominica dominican; ecuador ecuadorian
egypt egyptian; emirates emirati; england english; eritrea eritrean; estonia estonian; ethiopia ethiopian
europe european eu; fiji fijian; finland finnish finn; flanders flemish; florida floridian; france french
gabon gabonese; gambia gambian; georgia georgian; germany german; ghana ghanaian; greece greek; greenland greenlandic
grenada grenadian; guatemala guatemalan; guinea guinean; guyana guyanese; haiti haitian; hawaii hawaiian
honduras honduran; hungary hungarian; iceland icelandic icelander; india indian; indonesia indonesian; iran iranian
iraq iraqi; ireland irish; israel israeli; italy italian; jamaica jamaican; japan japanese; jordan jordanian
kazakhstan kazakh; kenya kenyan; korea korean; kosovo kosovar; kuwait kuwaiti; kyrgyzstan kyrgyz; lanka lankan
laos laotian lao; latvia latvian; lebanon lebanese; liberia liberian; libya libyan; lithuania lithuanian
luxembourg luxembourgish; macedonia macedonian; madagascar malagasy; malawi malawian; malaysia malaysian
maldives maldivian; mali malian; malta maltese; mauritania mauritanian; mauritius mauritian; mexico mexican
moldova moldovan; monaco monegasque; mongolia mongolian; montenegro montenegrin; morocco moroccan
mozambique mozambican; namibia namibian; nepal nepali nepalese; netherlands dutch; nicaragua nicaraguan; niger nigerien
nigeria nigerian; norway norwegian; oman omani; pakistan pakistani; palestine palestinian; panama panamanian
paraguay paraguayan; peru peruvian; philippines philippine filipino; poland polish pole; portugal portuguese
qatar qatari; rica rican; romania romanian; russia russian; rwanda rwandan; salvador salvadoran; samoa samoan
scotland scottish scot; senegal senegalese; serbia serbian serb; sicily sicilian; singapore singaporean
slovakia slovak; slovenia slovenian slovene; somalia somali; spain spanish spaniard; sudan sudanese; surinam surinamese
sweden swedish swede; switzerland swiss; syria syrian; taiwan taiwanese; tajikistan tajik; tanzania tanzanian
texas texan; thailand thai; tibet tibetan; togo togolese; tonga tongan; tunisia tunisian; turkey turkish turk turkiye
turkmenistan turkmen; uganda ugandan; ukraine ukrainian; uruguay uruguayan; uzbekistan uzbek; vatican
venezuela venezuelan; vietnam vietnamese; wales welsh; yemen yemeni; zambia zambian; zealand zealander
zimbabwe zimbabwean
"""
COUNTRY_OF = {
    name: country
    for country, *names in (some.split() for some in _NAMED.replace("\n", ";").split(";") if some.strip())
    for name in [country, *names]
}
"""Lower case, one word each: of "South Koreans" it is "korean". The plural is not listed."""

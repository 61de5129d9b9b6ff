"""Lines that belong to the site and not to the article: how one is told by its words alone, in eight languages.

`is_site_line` is strict, for a line that may stand in the middle of an article. `is_edge_line` also knows lines that
are the site's only above the first or below the last paragraph; in the middle they could be a heading or a list.
"""

import re

LONGEST_SITE_LINE = 240

_RIGHTS = (
    r"all rights reserved|todos los derechos reservados|alle rechte vorbehalten|tous droits réservés"
    r"|tutti i diritti riservati|todos os direitos reservados|alle rechten voorbehouden|wszelkie prawa zastrzeżone"
)
_NETWORKS = (
    r"facebook|twitter|x|linkedin|whatsapp|telegram"
    r"|reddit|pinterest|instagram|threads|bluesky|mastodon|xing|flipboard|tiktok|youtube"
)
_BUTTONS = (
    r"share|tweet|print|copy|link|e-?mail|mail|save|pin|post|comments?|compartir|imprimir|guardar"
    r"|copiar|enlace|correo"
    r"|teilen|drucken|merken|partager|imprimer|condividi|stampa|compartilhar|delen|on|via|this|article|en|auf|sur"
    r"|in|su|no"
)
_STRICT = (
    # copyright and rights
    r"(?:©|&copy;)\s*\w.*",
    r"(?:copyright\b|\(c\))\W*(?:(?:19|20)\d\d\b|©|&copy;|\(c\)).*",
    rf".*\b(?:{_RIGHTS})\b\W*",
    # tags
    r"tag-icon\b.*",
    r"(?:hot |popular )?(?:tags?|tagged(?: with| as| in)?|filed under|filed to|keywords|labels?)\s*:.*",
    r"(?:etiquetas(?: calientes| populares)?|palabras clave|schlagw(?:o|ö)rter|schlagworte|stichw(?:o|ö)rter"
    r"|mots[- ]cl(?:é|e)s|étiquettes"
    r"|parole chiave|palavras-chave|trefwoorden|tagi)\s*:.*",
    # share bars
    r"(?:share|compartir|comparte|teilen|partager|condividi|compartilhar|delen)(?: (?:this|the|on|esta?|este"
    r"|diesen?|cet|questo))?"
    r"(?: (?:article|story|page|post|artículo|noticia|artikel|beitrag|seite|articolo|artigo|notícia))?\s*:.*",
    rf"(?:share|tweet|post|send|compartir|teilen|partager|condividi)(?: this)? (?:on|via|by|en|auf|sur"
    rf"|su)? ?(?:{_NETWORKS}|e-?mail)",
    r"(?:share|tweet|print|compartir|imprimir|teilen|drucken|partager|imprimer|condividi|stampa|copy link"
    r"|share this|share this article|teile diesen artikel)",
    # accounts
    r"(?:sign up|subscribe|register|log in|sign in)(?: now| today| here| for free| to (?:continue|read|comment|join"
    r"|our)\b.{0,80})?\s*[!.>»]*",
    # elsewhere on the site
    r"(?:read|read also|also read|see also|more|related|recommended|read next|más información"
    r"|lea también|lea más|leer más"
    r"|ver también|lesen sie auch|mehr zum thema|auch interessant|lire aussi|à lire aussi|voir aussi|leggi anche"
    r"|leia também|leia mais|lees ook)"
    r"(?: more)?(?: on this| about this)?\s*:.*",
    r"(?:read more|continue reading|keep reading|related|related (?:articles?|stories|posts|content|topics|links"
    r"|news|reading)|more (?:stories|news|articles)"
    r"|you (?:may|might) (?:also like|be interested in)|recommended(?: for you| stories)?|most (?:read|popular"
    r"|viewed)|trending(?: now)?|up next|what to read next"
    r"|editors?['’]s? picks?|leer más|artículos relacionados|noticias relacionadas|te puede interesar|más noticias"
    r"|weiterlesen|verwandte artikel|mehr zum thema"
    r"|meistgelesen|das könnte sie auch interessieren|lire la suite|articles? (?:liés|similaires|connexes)"
    r"|articoli correlati|potrebbe interessarti|artigos relacionados"
    r"|gerelateerde artikelen)\s*[:»>→….]*",
    r"(?:see|watch|listen|ver|siehe|voir)\s*:.*[^.!?]",
    r"(?:you (?:may|might) also (?:like|be interested in)|te puede interesar"
    r"|das könnte sie auch interessieren)\s*:.*",
    # controls of the page
    r"(?:skip to|jump to|go to|saltar al|zum|aller au|vai al) (?:the )?(?:main )?(?:content|contenido|inhalt"
    r"|contenu|contenuto)",
    r"(?:advertisement|advertising|sponsored|publicidad|anzeige|werbung|publicité|pubblicità|publicidade"
    r"|advertentie|story continues below(?: advertisement)?"
    r"|article continues below(?: advertisement)?|scroll to continue(?: with content)?|back to top|hide caption"
    r"|view comments|volver arriba|nach oben)",
    r"(?:accept|reject|only|aceptar|rechazar|alle|nur|accepter|tout)? ?(?:all |todas las |necessary "
    r"|notwendige )?(?:cookies?)(?: (?:settings|policy|akzeptieren|ablehnen|preferences))?",
    r"(?:we|this (?:web)?site|our (?:web)?site|our partners) uses? cookies\b.*",
    r"(?:utilizamos cookies|usamos cookies|este sitio (?:web )?utiliza cookies|wir verwenden cookies"
    r"|diese (?:website|seite) verwendet cookies|nous utilisons des cookies"
    r"|ce site utilise des cookies|utilizziamo (?:i )?cookie|questo sito utilizza)\b.*",
    # counts
    r"(?:\d[\d.,]*[km]?|no) (?:comments?|shares?|views?|likes|comentarios?|kommentare?|commentaires?|commenti)",
    r"(?:comments?|leave a (?:comment|reply)|comentarios|kommentare|commentaires|post a comment"
    r"|join the (?:conversation|discussion))\s*(?:\(\d+\))?[.:]*",
    r"(?:\d+[- ]min(?:ute)?s? read|(?:reading time|read time|tiempo de lectura|lesezeit|lesedauer|temps de lecture"
    r"|tempo di lettura)\s*:?.{0,30})",
)  # fmt: skip
_CALLS = (
    r"(?:sign up|subscribe|register (?:for|to|now|here|today|free|below|and|with)|join|get|enjoying)\b.{0,120}"
    r"\b(?:newsletters?|inbox|mailing list|e-?mail (?:alerts?|updates?))\b.{0,80}",
    r".{0,120}\b(?:unsubscribe|darse de baja|cancelar la suscripción|abbestellen|désabonner|désinscrire"
    r"|disiscriverti)\b.{0,80}",
    r"(?:suscr[ií]b[ae](?:nse|se|te)?|reg[ií]str(?:ese|ate|arse)|inscr[ií]b[ae](?:se|te)?|abonnieren sie"
    r"|melden sie sich|jetzt (?:anmelden|abonnieren|registrieren)"
    r"|abonnez-vous|inscrivez-vous|iscriviti|abbonati|assine|inscreva-se|cadastre-se|meld je aan|schrijf je in"
    r"|zapisz się)\b.{0,160}",
)  # fmt: skip
"""Of newsletters and accounts: with so much free text that a sentence of the article may match, so see `_is_prose`."""
_EDGE_CALLS = (
    r"(?:follow|find|contact|s[ií]guenos|folgen sie|suivez)\b.{0,40}\b(?:us|uns|nous|facebook|twitter|instagram"
    r"|linkedin|en)\b.{0,80}",
    r"(?:sign up|subscribe|register (?:for|now|here|to)|log in|sign in|join (?:us|our)|download (?:our|the app)"
    r"|become a|support (?:us|our|local)|donate"
    r"|get (?:our|your|unlimited|full|breaking|the (?:latest|news|app|newsletter)))\b.{0,120}",
    r"(?:topics?|categor(?:y|ies)|themen|temas|sujets|thèmes|categorías?|argomenti|kategorien?|in this (?:article"
    r"|story)|more on|more from)\b\s*:?.{0,120}",
    r".{0,160}\b(?:newsletter|bolet[ií]n|mailing list|infolettre)\b.{0,80}",
    r".{0,160}\bcookies?\b.{0,160}\b(?:accept|consent|polic[yi]|agree|settings|aceptar|zustimm\w*|acceptez"
    r"|politique|política)\b.{0,80}",
)  # fmt: skip
_EDGE = (
    r"(?:image|photo|picture|foto|bild|crédit photo)(?: credits?| source| by|: ©)?\s*:.{0,120}",
    r"(?:last )?(?:updated|modified|published|posted)(?: on| at)?\s*:.{0,60}",
    r"[^«]*(?:>>|»|→|›)\s*",
    r"(?:menu|menú|menü|search|buscar|suche|rechercher|home|inicio|startseite|accueil|login|log in|subscribe|close"
    r"|next|previous|watch live|breaking news|live)",
)  # fmt: skip
_FOOTER_WORDS = (
    r"terms(?: (?:of|and) (?:use|service|conditions))?|privacy(?: (?:policy|notice))?|contact(?: us)?|about(?: us)?"
    r"|imprint|impressum|datenschutz(?:erklärung)?|agb|kontakt"
    r"|cookies?(?: (?:policy|settings))?|advertise(?: with us)?|careers|jobs|help|faq|sitemap|accessibility"
    r"|aviso legal|privacidad|contacto|mentions légales|contatti"
    r"|do not sell my (?:personal )?info(?:rmation)?|rss|subscribe|newsletters?"
)
_SEPARATED = r"[-–—|/·•,&>:\s]*"
"""One class and no more: two parts that match the same spaces took a second and more for one share bar."""


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_STRICT_LINE = _any_of(
    (
        *_STRICT,
        rf"(?:(?:{_BUTTONS}|{_NETWORKS}){_SEPARATED}){{0,12}}(?:{_NETWORKS}){_SEPARATED}(?:(?:{_BUTTONS}"
        rf"|{_NETWORKS}){_SEPARATED}){{1,12}}",
        rf"(?:(?:{_FOOTER_WORDS})\s*[-–—|/·•]\s*){{1,12}}(?:{_FOOTER_WORDS})",
    )
)
_EDGE_LINE = _any_of(_EDGE)
_CALL, _EDGE_CALL = _any_of(_CALLS), _any_of(_EDGE_CALLS)
_FULL_STOP = re.compile(r"[.。][\"'”’»)\]]*$")
_REPORTED = re.compile(
    r",[^,]*\b(?:said|says|told|added|wrote|according to|dijo|según|informó|sagte|laut|teilte|selon|a déclaré|a indiqué"
    r"|ha detto|secondo|disse|segundo|zei|volgens|powiedział\w*|według)\b[^,]*\.[\"'”’»)\]]*$",
    re.IGNORECASE,
)
_TO_THE_READER = re.compile(
    r"\b(?:you|your|our|(?-i:us)|we|free|spam|usted|puedes?|tus?|nuestr[oa]s?|gratis|gratuit\w*|(?-i:Sie|Ihr\w*|Uns)"
    r"|uns|unser\w*|kostenlos\w*|jetzt|vous|votre|vos|notre|nous|tua?|vostr[aoie]|nostr[aoie]|você|seu|sua|nossa?"
    r"|je|jouw|uw|s[ií]guenos|suscr[ií]b[ae](?:nse|se|te)|reg[ií]str(?:ese|ate)|inscr[ií]b[ae](?:se|te)|iscriviti"
    r"|inscreva-se|cadastre-se|zapisz się)\b"
    r"|^(?:sign up|subscribe|register|join|get)(?: now| here| today)? (?:for|to|the|below|and|with)\b"
    r"|^(?:log in|sign in|donate|download the app|become a|support local)\b|^follow ",
    re.IGNORECASE,
)
_BREADCRUMB = re.compile(
    r"[^>›»\d][^>›»]{0,39}(?:\s[>›»]\s[^>›»]{1,40})+|[^|/•·\d][^|/•·]{0,29}(?:\s[|/•·]\s[^|/•·]{1,30}){2,}"
)
_BULLET = re.compile(r"^[\s*•·▪–—>-]+(?=\w)")


def is_site_line(line: str) -> bool:
    """Whether the line is surely the site's, wherever it stands. Never true of a line over 240 characters."""
    bare = _BULLET.sub("", line).strip()
    if len(bare) > LONGEST_SITE_LINE:
        return False
    return _STRICT_LINE.fullmatch(bare) is not None or (_CALL.fullmatch(bare) is not None and not _is_prose(bare))


def is_edge_line(line: str) -> bool:
    """Whether the line is the site's, given that it stands above the first or below the last paragraph."""
    bare = _BULLET.sub("", line).strip()
    if len(bare) > LONGEST_SITE_LINE:
        return False
    if is_site_line(line) or any(pattern.fullmatch(bare) for pattern in (_EDGE_LINE, _BREADCRUMB)):
        return True
    return _EDGE_CALL.fullmatch(bare) is not None and not _is_prose(bare)


def _is_prose(line: str) -> bool:
    """Whether the line ends as a sentence of an article does: with who said it, or told of nobody who reads it."""
    if _REPORTED.search(line):
        return True
    return _FULL_STOP.search(line) is not None and _TO_THE_READER.search(line) is None

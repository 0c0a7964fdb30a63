extension PressingPhrases {
  /// pressing.de
  static let german = """
    allerletzte chance
    allerletzte mahnung
    bevor es zu spät ist
    handeln sie jetzt
    handeln sie sofort
    ich bin enttäuscht
    ich erwarte ihre sofortige
    ich warte immer noch
    ich warte noch immer
    ich warte seit
    ihr schweigen
    ihre letzte chance
    ihre letzte gelegenheit
    jetzt oder nie
    letzte aufforderung
    letzte chance
    letzte gelegenheit
    letzte mahnung
    letzte warnung
    letztmalig fordern wir
    letztmalige aufforderung
    nur noch heute
    reagieren sie endlich
    sehen wir uns gezwungen
    sie haben es versäumt
    sie haben immer noch nicht
    sie haben mich ignoriert
    sie haben noch immer nicht
    sie haben nie geantwortet
    sie haben uns ignoriert
    sie lassen uns keine wahl
    sie müssen antworten
    sofort handeln
    sofortiges handeln erforderlich
    warum antworten sie nicht
    warum haben sie nicht
    warum haben sie noch nicht
    warum hören wir nichts
    warum melden sie sich nicht
    wie oft muss ich
    wie oft müssen wir
    wieso antworten sie nicht
    wieso haben sie nicht
    wir sind enttäuscht
    wir warten immer noch
    wir warten noch immer
    """
}

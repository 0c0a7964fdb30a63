extension PressingPhrases {
  /// pressing.fr
  static let french = """
    agissez maintenant
    avant qu'il ne soit trop tard
    avertissement final
    c'est votre dernière chance
    dernier avertissement
    dernier rappel
    dernière chance
    dernière mise en demeure
    dernière opportunité
    dernière relance
    il ne vous reste que
    j'attends toujours
    je suis déçu
    je suis déçue
    le temps presse
    maintenant ou jamais
    nous attendons toujours
    nous n'aurons pas d'autre choix
    nous n'avons pas d'autre choix
    nous serons contraints
    nous serons obligés
    nous sommes déçus
    pourquoi n'avez vous pas
    pourquoi n'avez vous toujours pas
    pourquoi ne répondez vous pas
    répondez immédiatement
    toujours pas de réponse de votre part
    ultime avertissement
    ultime relance
    votre silence
    vous avez ignoré
    vous devez répondre
    vous m'ignorez
    vous n'avez jamais répondu
    vous n'avez toujours pas
    vous ne nous laissez pas le choix
    vous nous ignorez
    """
}

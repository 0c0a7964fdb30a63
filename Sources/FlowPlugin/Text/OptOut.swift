import FlowCore

/// Words by which people ask to be left alone.
public enum OptOut {
  /// Whether that is all a message says, but for what it quotes and a signature: one of the words that networks of
  /// telephones and their gateways honour (STOP and its kin), in English, German, French or Spanish, in any case, with
  /// or without marks around it.
  public static func isAsked(by text: String) -> Bool {
    let said = NewText.of(text).split { !$0.isLetter && !$0.isNumber }.map { $0.lowercased() }
    return !said.isEmpty && (said.allSatisfy(words.contains) || words.contains(said.joined()))
  }

  private static let words: Set<String> = [
    "stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout",
    "stopp", "abmelden", "abbestellen", "austragen", "beenden",
    "arret", "arrêt", "arreter", "arrêter", "desabonner", "désabonner", "desinscrire", "désinscrire",
    "alto", "baja", "cancelar", "parar", "detener",
  ]
}

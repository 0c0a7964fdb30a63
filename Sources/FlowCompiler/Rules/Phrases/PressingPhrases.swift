/// Phrases that blame, threaten or rush, a line each, in lower case: `pressing.en`, `pressing.de`,
/// `pressing.fr`, `pressing.es`. Matched word by word, so no punctuation counts but apostrophes.
enum PressingPhrases {
  static let all = [english, german, french, spanish]
}

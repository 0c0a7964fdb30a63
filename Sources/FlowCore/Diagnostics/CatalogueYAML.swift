// The pages of what can be wrong with a file as YAML. Four limits and invalid UTF-8 have no example: it would
// have to be longer than anybody reads, or no text.

/// The smallest workflow, with some of its lines changed.
private func workflow(
  about: String = "", trigger: String = "trigger: { event: deal.won, key: deal.id }",
  subject: String = "    subject: \"{{ deal.title }}\"",
  ask: String = "    ask: Shall we start?", end: String = "  - end: done\n"
) -> String {
  """
  workflow: hello
  \(about)\(trigger)
  input:
    contact: contact
    owner: person
    deal: { id: text, title: text }
  steps:
    - email: welcome
      purpose: inform
  \(subject)
      body: "Dear {{ contact.name }}, thank you for {{ deal.title }}."
  \(ask)
    - await: reply within 3 days

  """ + end
}

extension Explanation {
  /// What every file that flow reads may get wrong, before it is known what kind of file it is.
  public static let yaml: [Explanation] = yamlTexts + yamlStructure + yamlLimits

  /// Texts that YAML reads as something else.
  private static let yamlTexts: [Explanation] = [
    Explanation(
      "yaml-unquoted", title: "a text begins with a sign that YAML keeps for itself",
      why:
        "An unquoted {{ begins a mapping for YAML, * an alias, & a name for what follows, ! a tag; @, %, a "
        + "backtick, brackets, | and > cannot begin a text either. The text that was meant would be lost.",
      example: workflow(subject: "    subject: {{ deal.title }}"), correction: workflow()),
    Explanation(
      "yaml-quote", title: "a text goes on after its closing quote",
      why: "For YAML the value ends at the closing quote, whatever follows on the line.",
      example: workflow(ask: "    ask: \"Shall we\" start?"),
      correction: workflow(ask: "    ask: '\"Shall we\" start?'")),
    Explanation(
      "yaml-colon",
      title: "a colon where YAML reads it as the end of a key, or one without the blank that makes a key",
      why:
        "In an unquoted text a colon before a blank or a line break ends a key; any other colon ends none.",
      example: workflow(ask: "    ask: One question: shall we start?"),
      correction: workflow(ask: "    ask: \"One question: shall we start?\"")),
    Explanation(
      "yaml-comma", title: "a comma ends an unquoted text inside { }",
      why:
        "Inside { } a comma separates entries: what follows would be a key, and the text cut short.",
      example: workflow(end: "  - { task: thank, by: owner, say: Call them, say thanks }\n  - end: done\n"),
      correction: workflow(
        end: "  - { task: thank, by: owner, say: \"Call them, say thanks\" }\n  - end: done\n")),
    Explanation(
      "yaml-comment", title: "a comment begins right at a word of an unquoted text",
      why: "A blank and then # begin a comment: the text would end there, and nobody would notice.",
      example: workflow(subject: "    subject: Deal #{{ deal.title }}"),
      correction: workflow(subject: "    subject: \"Deal #{{ deal.title }}\"")),
    Explanation(
      "yaml-escape", title: "an escape that does not exist",
      why: "In double quotes a backslash begins an escape, such as \\n; in single quotes it is a backslash.",
      example: workflow(ask: "    ask: \"Shall we \\start?\""),
      correction: workflow(ask: "    ask: 'Shall we \\start?'")),
    Explanation(
      "yaml-unclosed", title: "a quote or a bracket is never closed",
      why: "Everything after it would belong to it, so the rest of the file cannot be read.",
      example: workflow(end: "  - end: \"done\n"), correction: workflow(end: "  - end: \"done\"\n")),
    Explanation(
      "yaml-nul", title: "a NUL byte",
      why: "Nobody sees it, and the programs that a text passes through end the text there.",
      example: workflow(ask: "    ask: Shall we\u{0} start?"), correction: workflow()),
    Explanation(
      "yaml-control", title: "a character that nobody sees",
      why:
        "Programs differ over control characters, separators such as U+2028 and lone carriage returns.",
      example: workflow(ask: "    ask: Shall we\u{7} start?"), correction: workflow()),
    Explanation(
      "yaml-utf8", title: "bytes that are not UTF-8",
      why:
        "The file was saved in another encoding, such as Latin-1 or UTF-16, and its letters cannot be told.",
      example: "", correction: ""),
  ]

  /// What YAML has and a workflow file has not.
  private static let yamlStructure: [Explanation] = [
    Explanation(
      "yaml-tab", title: "a tab as indentation",
      why: "YAML indents with blanks only: how wide a tab is, each editor decides for itself.",
      example: workflow(ask: "\task: Shall we start?"), correction: workflow()),
    Explanation(
      "yaml-indent", title: "a line begins in a column that belongs to nothing above it",
      why: "Columns say what belongs to what. A line that is too deep is more of the text above it.",
      example: workflow(ask: "      ask: Shall we start?", end: "  - end: done\n"), correction: workflow()),
    Explanation(
      "yaml-syntax", title: "YAML cannot be read on here",
      why: "Something stands where YAML expects something else; what follows cannot be told.",
      example: workflow(end: "  - end: done\nthank you\n"), correction: workflow()),
    Explanation(
      "duplicate-key", title: "a key stands twice in one mapping",
      why: "Only one of the two can hold, and which one depends on the program that reads the file.",
      example: workflow(ask: "    ask: Shall we start?\n    ask: May we?"), correction: workflow()),
    Explanation(
      "yaml-complex-key", title: "a key that is no plain word",
      why: "Keys are words; YAML's \"? \", lists, mappings and aliases as keys are not used here.",
      example: workflow(about: "? about\n: A greeting.\n"),
      correction: workflow(about: "about: A greeting.\n")),
    Explanation(
      "yaml-merge-key", title: "a merge key, <<",
      why: "Which keys a mapping then has cannot be seen where it stands. A whole value may be an alias.",
      example: workflow(trigger: "trigger:\n  <<: { event: deal.won, key: deal.id }"),
      correction: workflow()),
    Explanation(
      "yaml-tag", title: "a tag, such as !!str",
      why:
        "What a text means is decided by the place it stands in, so a tag says nothing, or something else.",
      example: workflow(ask: "    ask: !!str Shall we start?"), correction: workflow()),
    Explanation(
      "yaml-alias", title: "an alias within what it names",
      why: "It would have no end.",
      example: workflow(about: "about: &all [ *all ]\n"),
      correction: workflow(about: "about: A greeting.\n")),
    Explanation(
      "yaml-documents", title: "a second document in one file",
      why: "A file is one workflow; what follows \"---\" would be lost.",
      example: workflow(end: "  - end: done\n---\nworkflow: other\n"), correction: workflow()),
    Explanation(
      "yaml-empty", title: "a file without content",
      why: "There is nothing to check, which is hardly what was meant.",
      example: "# to be written\n", correction: workflow()),
  ]

  private static let yamlLimits: [Explanation] = [
    Explanation(
      "yaml-depth", title: "lists and mappings more than 64 deep",
      why: "No process needs it; a limit keeps every file quick to read.",
      example: String(repeating: "[", count: 65) + String(repeating: "]", count: 65) + "\n",
      correction: workflow()),
    Explanation(
      "yaml-alias-limit", title: "aliases that stand for more than 10,000 values",
      why: "Aliases of aliases multiply: a few lines can stand for more than a machine can hold.",
      example: """
        a: &a [x, x, x, x, x, x, x, x, x, x]
        b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
        c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
        d: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]

        """,
      correction: workflow()),
    Explanation(
      "yaml-nodes", title: "more than 10,000 values in a file",
      why: "No process needs it; a limit keeps every file quick to read.", example: "", correction: ""),
    Explanation(
      "yaml-scalar-size", title: "a text of more than 64 KiB",
      why: "No message needs it; a long one stands in a file of its own.", example: "", correction: ""),
    Explanation(
      "yaml-size", title: "a file of more than 1 MiB",
      why: "No process needs it; a limit keeps every file quick to read.", example: "", correction: ""),
  ]
}

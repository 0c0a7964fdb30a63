import FlowCore

extension Draft {
  /// Channels as data: the shapes that ship, so that texts in tests read like those of people.
  public static let manifests: [Manifest] = [letter, text, call, task, tell, hook]

  private static let to = Manifest.Field(name: "to", kind: .expression(.contact))
  private static func template(_ name: String, required: Bool = true) -> Manifest.Field {
    Manifest.Field(name: name, kind: .template(markdown: false), file: true, required: required)
  }

  private static let letter = Manifest(
    verb: "email", touch: true,
    fields: [
      to, Manifest.Field(name: "cc", kind: .expression(.person)),
      Manifest.Field(name: "from", kind: .expression(.person)),
      Manifest.Field(
        name: "subject", kind: .template(markdown: false), required: true,
        unless: Manifest.Field.Condition(field: "thread", word: "same")),
      Manifest.Field(name: "body", kind: .template(markdown: true), file: true, required: true),
      Manifest.Field(name: "thread", kind: .word(["same", "new"]), fallback: "new"),
      Manifest.Field(name: "attach", kind: .files),
    ], events: ["bounce", "opened", "clicked"], inbound: .poll, address: .email, main: "body", law: .mail)

  private static let text = Manifest(
    verb: "sms", touch: true, fields: [to, template("body")], inbound: .push, address: .phone, main: "body",
    law: .calling)

  private static let call = Manifest(
    verb: "call", touch: true,
    fields: [
      to, Manifest.Field(name: "by", kind: .expression(.person), required: true),
      template("script", required: false),
    ], outcomes: ["connected", "no-answer", "voicemail", "wrong-number"], keyed: true, address: .phone,
    main: "script",
    purposeOptional: true, law: .calling)

  private static let task = Manifest(
    verb: "task", touch: false,
    fields: [Manifest.Field(name: "by", kind: .expression(.person), required: true), template("say")],
    outcomes: ["done", "declined"], keyed: true, main: "say")

  private static let tell = Manifest(
    verb: "notify", touch: false,
    fields: [
      Manifest.Field(name: "to", kind: .expression(.person), required: true),
      Manifest.Field(name: "via", kind: .literal), template("say"),
    ], outcomes: ["ack"], address: .email, main: "say", escalates: true)

  private static let hook = Manifest(
    verb: "webhook", touch: false,
    fields: [
      Manifest.Field(name: "url", kind: .template(markdown: false), required: true),
      Manifest.Field(name: "data", kind: .mapping),
      Manifest.Field(name: "method", kind: .word(["POST", "PUT"]), fallback: "POST"),
    ], outcomes: ["ok", "failed"], keyed: true)
}

import EmailChannel
import FlowCore
import FlowPlugin
import MessengerChannel
import NotificationChannel
import SMSChannel
import TasksChannel
import WebhookChannel

/// What the manifests of the shipped channels say, from language.md section 5's table: by hand, so that a
/// change of either is seen.
enum Manifests {
  static let email = Manifest(
    verb: "email", touch: true,
    fields: [
      field("to", .expression(.contact)), field("cc", .expression(.person)),
      field("from", .expression(.person)),
      Manifest.Field(
        name: "subject", kind: .template(markdown: false), required: true,
        unless: .init(field: "thread", word: "same")),
      Manifest.Field(name: "body", kind: .template(markdown: true), file: true, required: true),
      Manifest.Field(name: "thread", kind: .word(["same", "new"]), fallback: "new"), field("attach", .files),
    ], events: ["bounce", "opened", "clicked"], retriesUnknown: true, inbound: .poll, address: .email, main: "body",
    law: .mail,
    maxBytes: 26_214_400)

  static let sms = Manifest(
    verb: "sms", touch: true, fields: [field("to", .expression(.contact)), body], inbound: .poll,
    address: .phone,
    main: "body", law: .calling, maxBytes: 16_384)

  static let message = Manifest(
    verb: "message", touch: true,
    fields: [field("to", .expression(.contact)), field("via", .literal), field("template", .literal), body],
    inbound: .poll, address: .handleOrPhone, main: "body", maxBytes: 65_536)

  static let call = Manifest(
    verb: "call", touch: true,
    fields: [
      field("to", .expression(.contact)), by,
      Manifest.Field(name: "script", kind: .template(markdown: false), file: true),
    ], outcomes: ["connected", "no-answer", "voicemail", "wrong-number"], keyed: true, address: .phone,
    main: "script", purposeOptional: true, law: .calling)

  static let task = Manifest(
    verb: "task", touch: false, fields: [by, say], outcomes: ["done", "declined"], keyed: true, main: "say")

  static let notify = Manifest(
    verb: "notify", touch: false,
    fields: [
      Manifest.Field(name: "to", kind: .expression(.person), required: true), field("via", .literal), say,
    ],
    outcomes: ["ack"], address: .any, main: "say", escalates: true, maxBytes: 65_536)

  static let webhook = Manifest(
    verb: "webhook", touch: false,
    fields: [
      Manifest.Field(name: "url", kind: .template(markdown: false), required: true), field("data", .mapping),
      Manifest.Field(name: "method", kind: .word(["POST", "PUT", "PATCH", "DELETE"]), fallback: "POST"),
    ], outcomes: ["ok", "failed"], keyed: true)

  static let fax = Manifest(
    verb: "fax", touch: true,
    fields: [
      field("to", .expression(.contact)),
      Manifest.Field(name: "headline", kind: .template(markdown: false), required: true), body,
      Manifest.Field(name: "quality", kind: .word(["draft", "fine"]), fallback: "draft"),
    ], outcomes: ["delivered", "busy"], keyed: true, address: .phone, main: "body", maxBytes: 262_144)

  private static let by = Manifest.Field(name: "by", kind: .expression(.person), required: true)
  private static let body = Manifest.Field(
    name: "body", kind: .template(markdown: false), file: true, required: true)
  private static let say = Manifest.Field(
    name: "say", kind: .template(markdown: false), file: true, required: true)
  private static func field(_ name: String, _ kind: Manifest.Field.Kind) -> Manifest.Field {
    Manifest.Field(name: name, kind: kind)
  }

  struct Shipped: Sendable, CustomStringConvertible {
    var manifest: Manifest
    var bytes: [UInt8]
    var make: ChannelConformance.Factory
    var description: String { manifest.verb }
  }

  static let shipped: [Shipped] = [
    Shipped(manifest: email, bytes: EmailChannel.manifest) { s throws(ChannelError) in try EmailChannel(s) },
    Shipped(manifest: sms, bytes: SMSChannel.manifest) { s throws(ChannelError) in try SMSChannel(s) },
    Shipped(manifest: message, bytes: MessengerChannel.manifest) { s throws(ChannelError) in
      try MessengerChannel(s)
    },
    Shipped(manifest: call, bytes: CallChannel.manifest) { s throws(ChannelError) in try CallChannel(s) },
    Shipped(manifest: task, bytes: TaskChannel.manifest) { s throws(ChannelError) in try TaskChannel(s) },
    Shipped(manifest: notify, bytes: NotificationChannel.manifest) { s throws(ChannelError) in
      try NotificationChannel(s)
    },
    Shipped(manifest: webhook, bytes: WebhookChannel.manifest) { s throws(ChannelError) in
      try WebhookChannel(s)
    },
  ]
}

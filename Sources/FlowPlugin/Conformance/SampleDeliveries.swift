import FlowCore
import FlowTime

/// Deliveries made from a manifest, for a channel of which nothing else is known.
struct SampleDeliveries: Sendable {
  let manifest: Manifest

  init(_ manifest: Manifest) { self.manifest = manifest }

  private static let person = Value.record([
    "name": .text("Ann Meyer"), "first_name": .text("Ann"), "email": .text("ann@acme.test"),
    "phone": .text("+494055500142"), "handle": .text("ann"), "company": .text("Meyer Logistics"),
    "timezone": .text("Europe/Berlin"), "locale": .text("en"), "id": .text("c-1042"),
  ])

  /// Every field filled in, with text that every channel carries.
  var plain: Delivery {
    delivery(text: RenderedText([.init("Good afternoon ", isValue: false), .init("Ann", isValue: true)]))
  }

  /// A value in the main text.
  func saying(_ value: String, in main: String) -> Delivery {
    delivery(
      text: RenderedText("Hello"),
      main: (
        main,
        RenderedText([
          .init("It says ", isValue: false), .init(value, isValue: true), .init(" here.", isValue: false),
        ])
      ))
  }

  /// The same value in every text and every name.
  func everywhere(_ value: String) -> Delivery {
    var delivery = delivery(text: RenderedText([.init(value, isValue: true)]))
    delivery.to = delivery.to.setting(["name"], to: .text(value))
    delivery.contact = delivery.contact.setting(["name"], to: .text(value))
    delivery.by = delivery.by?.setting(["name"], to: .text(value))
    return delivery
  }

  func to(_ address: String) -> Delivery {
    var delivery = plain
    delivery.address = address
    for name in ["email", "phone", "handle", "name"] {
      delivery.to = delivery.to.setting([name], to: .text(address))
    }
    return delivery
  }

  private func delivery(text: RenderedText, main: (String, RenderedText)? = nil) -> Delivery {
    let fields = manifest.fields.compactMap { field -> Delivery.Field? in
      if field.name == "to" || field.name == "by" { return nil }
      if let main, field.name == main.0 { return Delivery.Field(name: field.name, content: .text(main.1)) }
      // A template of this name is a web address with values in it, whatever the text.
      let text = field.name == "url" ? SampleDeliveries.address(text) : text
      return SampleDeliveries.content(field.kind, text).map { Delivery.Field(name: field.name, content: $0) }
    }
    return Delivery(
      workflow: "conformance", node: NodeIndex(0), step: "sample", verb: manifest.verb, occurrence: 0,
      touch: manifest.touch, isTask: manifest.isTask, until: nil, purpose: manifest.touch ? "confirm" : nil,
      to: Self.person, address: manifest.address.of(Self.person) ?? "",
      by: manifest.isTask ? Self.person : nil, contact: Self.person, owner: Self.person, fields: fields,
      at: Instant(seconds: 1_774_453_200), zone: "Europe/Berlin", isEscalation: false,
      outcomes: manifest.outcomes)
  }

  private static func address(_ text: RenderedText) -> RenderedText {
    RenderedText([.init("https://acme.test/?q=", isValue: false), .init(text.plain, isValue: true)])
  }

  private static func content(_ kind: Manifest.Field.Kind, _ text: RenderedText) -> Delivery.Content? {
    switch kind {
    case .template: .text(text)
    case .expression(let type): value(type.present).map { .value($0) }
    case .word(let words): words.last.map { .word($0) }
    case .literal: nil
    case .mapping: .value(.record(["text": .text(text.plain), "number": .integer(7)]))
    case .files: nil
    }
  }

  private static func value(_ type: ValueType) -> Value? {
    switch type {
    case .contact, .person: person
    case .email: .text("ann@acme.test")
    case .phone: .text("+494055500142")
    case .url: .text("https://acme.test/")
    case .timezone: .text("Europe/Berlin")
    case .locale: .text("en")
    case .text: .text("sample")
    case .oneOf(let words): words.first.map { .text($0) }
    case .integer, .number: .integer(7)
    case .boolean: .boolean(true)
    case .date: CivilDate(year: 2026, month: 3, day: 25).map { .date($0) }
    case .instant: .instant(Instant(seconds: 1_774_453_200))
    case .list(let inner): .list(value(inner).map { [$0] } ?? [])
    default: nil
    }
  }

  // MARK: Texts

  /// Each of these has broken a program.
  static let oddTexts: [String] =
    (0..<32).map { "a" + String(Unicode.Scalar(UInt8($0))) + "b" } + [
      "a\u{7F}b", "a\r\nBcc: eve@evil.test\r\n\r\nb", "a\u{85}b\u{2028}c\u{2029}d", "\u{FEFF}a", "a\u{0}",
      "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "שלום עולם", "مرحبا \u{202E}dlrow", "e\u{301}\u{301}\u{301}",
      "Zürich — «naïve»", "𝒜𝒷𝒸",
      "{{ contact.name }} ${HOME} $(id) `id` %s %n", "<script>alert(1)</script>", "=?UTF-8?Q?=41?=",
      ".\n..\nFrom x",
      "\u{F0000}\u{F0001}\u{FFFD}", "\"\\\"", "   ", "",
    ]

  static let longTexts: [String] = [
    String(repeating: "word ", count: 13_107), String(repeating: "x", count: 65_536),
    String(repeating: "ß🙂", count: 10_922), String(repeating: "\n", count: 65_536),
    String(repeating: "[", count: 65_536),
  ]

  static func badAddresses(_ kind: Manifest.Address) -> [String] {
    let hostile = ["\r\n", "\n", "\r", "\u{0}", "\u{1}", "\u{7F}", "\u{85}", "\u{2028}"]
    switch kind {
    case .email:
      return hostile.flatMap {
        ["ann@acme.test\($0)Bcc: eve@evil.test", "ann\($0)@acme.test", "ann@acme.test\($0)"]
      }
        + hostile.map { "\($0)ann@acme.test" }
    case .phone:
      return hostile.flatMap { ["+4940555\($0)00142", "+494055500142\($0)", "\($0)+494055500142"] }
    case .handle, .handleOrPhone, .any, .name: return hostile.map { "ann\($0)eve" }
    case .none: return []
    }
  }
}

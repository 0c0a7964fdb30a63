import FlowCore

/// The JSON Schema (draft 2020-12) of the language, for editors: made from the same tables that find unknown keys, and
/// from the channels' manifests.
public enum LanguageSchema {
  /// - Parameter manifests: the channels whose steps a file may have.
  public static func workflow(_ manifests: [Manifest]) -> JSONValue {
    document("workflow", title: "A flow workflow", definitions: definitions(manifests))
  }

  /// Of flow.yaml.
  public static func project(_ manifests: [Manifest]) -> JSONValue {
    document("project", title: "flow.yaml", definitions: definitions(manifests))
  }

  private static func document(_ place: String, title: String, definitions: [JSONMember]) -> JSONValue {
    [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "title": .string(title),
      "$ref": .string("#/$defs/\(place)"), "$defs": .object(definitions),
    ]
  }

  private static func definitions(_ manifests: [Manifest]) -> [JSONMember] {
    let steps =
      Grammar.engineVerbs.map { ($0.name, step(of: $0)) } + manifests.map { ("step-\($0.verb)", step(of: $0)) }
    let own = Set(Grammar.engineVerbs.map(\.name) + ["step"])
    let places = Grammar.places.filter { !own.contains($0.name) }
    return [
      JSONMember("steps", ["type": "array", "items": ["$ref": "#/$defs/step"], "minItems": 1]),
      JSONMember(
        "step",
        ["anyOf": .array(steps.map { ["$ref": .string("#/$defs/\($0.0)")] })]),
      JSONMember("target", ["anyOf": [["type": "string"], ["$ref": "#/$defs/steps"]]]),
    ]
      + places.map { JSONMember($0.name, object($0.keys, about: $0.about, open: isOpen($0))) }
      + steps.map { JSONMember($0.0, $0.1) }
  }

  /// Places with keys of the author's own besides: settings of a channel, steps of which something is assumed.
  private static func isOpen(_ place: Grammar.Place) -> Bool { ["project-channel", "assume"].contains(place.name) }

  private static func step(of verb: Grammar.Place) -> JSONValue {
    object(
      verb.keys + Grammar.step.keys.filter { common in !verb.keys.contains { $0.name == common.name } },
      about: verb.about)
  }

  private static func step(of manifest: Manifest) -> JSONValue {
    var members = [JSONMember(manifest.verb, described(["type": "string"], manifest.about))]
    members += manifest.fields.map { JSONMember($0.name, described(schema($0), $0.about)) }
    var common = Grammar.step.keys
    if manifest.touch { common += Grammar.touch.keys }
    if !manifest.outcomes.isEmpty { common += Grammar.channelWaits.keys }
    members += common.filter { key in manifest.field(key.name) == nil }.map(member)
    let required = [manifest.verb] + manifest.fields.filter { $0.required && $0.unless == nil }.map(\.name)
    return object(members, required: required, about: manifest.about)
  }

  private static func schema(_ field: Manifest.Field) -> JSONValue {
    switch field.kind {
    case .word(let words): ["enum": .array(words.map { .string($0) })]
    case .mapping: ["type": "object", "additionalProperties": scalar]
    case .files: ["anyOf": [["type": "string"], ["type": "array", "items": ["type": "string"]]]]
    case .expression(.list): ["anyOf": [scalar, ["type": "array", "items": scalar]]]
    case .template, .expression, .literal: scalar
    }
  }

  private static func object(_ keys: [Grammar.Key], about: String, open: Bool = false) -> JSONValue {
    object(keys.map(member), required: keys.filter(\.isRequired).map(\.name), about: about, open: open)
  }

  private static func object(
    _ members: [JSONMember], required: [String], about: String, open: Bool = false
  ) -> JSONValue {
    [
      "type": "object", "description": .string(about), "properties": .object(members),
      "required": .array(required.map { .string($0) }), "additionalProperties": .bool(open),
    ]
  }

  private static func member(_ key: Grammar.Key) -> JSONMember {
    JSONMember(key.name, described(schema(key.form), key.about))
  }

  private static func described(_ schema: JSONValue, _ about: String) -> JSONValue {
    guard case .object(let members) = schema, !about.isEmpty else { return schema }
    return .object([JSONMember("description", .string(about))] + members)
  }

  /// Any scalar: which type it has, the place says, not YAML.
  private static let scalar: JSONValue = ["type": ["string", "number", "boolean"]]

  private static func schema(_ form: Grammar.Form) -> JSONValue {
    switch form {
    case .name: ["type": "string", "pattern": "^[a-z0-9]+([.-][a-z0-9]+)*$"]
    case .integer: ["type": "integer", "minimum": 1]
    case .duration:
      ["type": "string", "pattern": "^[0-9]+ (business )?(second|minute|hour|day|week|month|year)s?( [0-9]+ [a-z]+)*$"]
    case .text, .instant, .window, .weekdays, .expression, .condition, .template, .date, .zone, .type, .percent, .file:
      scalar
    case .target: ["$ref": "#/$defs/target"]
    case .word(let words): ["enum": .array(words.map(word))]
    case .place(let name): ["$ref": .string("#/$defs/\(name)")]
    case .named(.type):
      // A record is a mapping of types again, a list of records a list with one.
      ["type": "object", "additionalProperties": ["type": ["string", "object", "array"]]]
    case .named(let form): ["type": "object", "additionalProperties": schema(form)]
    case .list(let form): ["type": "array", "items": schema(form)]
    case .steps: ["$ref": "#/$defs/steps"]
    case .either(let forms): ["anyOf": .array(forms.map(schema))]
    }
  }

  /// YAML reads `true` and `1` as more than text: an editor must accept both.
  private static func word(_ word: String) -> JSONValue {
    switch word {
    case "true", "false": .bool(word == "true")
    case let digits where digits.utf8.allSatisfy { (0x30...0x39).contains($0) }: .number(digits)
    default: .string(word)
    }
  }
}

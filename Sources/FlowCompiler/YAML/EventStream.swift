import CLibYAML

/// libyaml's events, with byte offsets in place of its marks. Owns the parser; the bytes must outlive it.
struct EventStream: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let places: SourcePlaces

  /// `bytes` are the source without byte order mark, or a copy of it with as many scalars in as many bytes.
  init?(_ bytes: UnsafeBufferPointer<UInt8>, places: SourcePlaces) {
    parser = .allocate(capacity: 1)
    self.places = places
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      return nil
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event; after a failure or the end of the stream it must not be asked for another.
  mutating func next() -> YAMLEvent {
    var raw = yaml_event_t()
    guard yaml_parser_parse(parser, &raw) == 1 else { return YAMLEvent(kind: .failure(failure())) }
    defer { yaml_event_delete(&raw) }
    var event = YAMLEvent(kind: .other)
    event.start = places.offset(index: raw.start_mark.index)
    event.end = places.offset(index: raw.end_mark.index)
    switch raw.type {
    case YAML_NO_EVENT, YAML_STREAM_END_EVENT: event.kind = .end
    case YAML_DOCUMENT_START_EVENT: event.kind = .document
    case YAML_ALIAS_EVENT: event.kind = .alias(Self.string(raw.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      let text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      event.kind = .scalar(text, Self.style(scalar.style))
      event.anchor = Self.string(scalar.anchor)
      event.isTagged = scalar.tag != nil
    case YAML_SEQUENCE_START_EVENT:
      event.kind = .sequence(flow: raw.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE)
      event.anchor = Self.string(raw.data.sequence_start.anchor)
      event.isTagged = raw.data.sequence_start.tag != nil
    case YAML_MAPPING_START_EVENT:
      event.kind = .mapping(flow: raw.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE)
      event.anchor = Self.string(raw.data.mapping_start.anchor)
      event.isTagged = raw.data.mapping_start.tag != nil
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: event.kind = .close
    default: break
    }
    return event
  }

  private func failure() -> YAMLFailure {
    let state = parser.pointee
    return YAMLFailure(
      problem: state.problem.map { String(cString: $0) } ?? "the text cannot be read",
      place: places.offset(index: state.problem_mark.index),
      context: state.context.map { String(cString: $0) },
      contextPlace: state.context == nil ? nil : places.offset(index: state.context_mark.index))
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .single
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .double
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }

  private static func string(_ bytes: UnsafeMutablePointer<UInt8>?) -> String? {
    bytes.map { String(cString: $0) }
  }
}

struct YAMLEvent {
  enum Kind {
    case scalar(String, YAMLScalar.Style)
    case mapping(flow: Bool)
    case sequence(flow: Bool)
    case close
    case alias(String)
    case document
    case end
    case failure(YAMLFailure)
    case other
  }

  var kind: Kind
  /// Byte offsets. An event with an anchor or a tag begins there; the end of a block collection is no use.
  var start = 0
  var end = 0
  var anchor: String?
  var isTagged = false
}

/// What libyaml says when it gives up.
struct YAMLFailure: Hashable {
  var problem: String
  var place: Int
  /// What it was reading, and where that began.
  var context: String?
  var contextPlace: Int?
}

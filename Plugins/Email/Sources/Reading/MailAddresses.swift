/// Addresses of a field (RFC 5322 section 3.4) without their names: `local@domain`, the domain in lower case,
/// groups taken apart.
enum MailAddresses {
  static func read(_ value: Bytes) -> [String] {
    var found: [String] = []
    var reader = TokenReader(value)
    // A comma, a semicolon or a group's colon ends an entry; what stands before the colon is the group's
    // name.
    while reader.next != nil, found.count < MailLimits.addresses {
      let entry = reader.run(until: { $0 == 0x2C || $0 == 0x3B || $0 == 0x3A || $0 == 0x3C })
      if reader.take(0x3C) {
        let inner = reader.run(until: { $0 == 0x3E })
        _ = reader.take(0x3E)
        // A route stands before the last colon (obsolete, section 4.4).
        if let address = address(inner[(inner.lastIndex(of: 0x3A).map { $0 + 1 } ?? 0)...]) {
          found.append(address)
        }
        _ = reader.run(until: { $0 == 0x2C || $0 == 0x3B })
      } else if reader.next != 0x3A, let address = bare(entry[...]) {
        found.append(address)
      }
      _ = reader.take(0x2C) || reader.take(0x3B) || reader.take(0x3A)
    }
    return found
  }

  /// Blanks between the parts count for nothing (`ann @ acme.test`); a name without brackets around the
  /// address does (`Ann Meyer ann@acme.test`).
  private static func bare(_ entry: Bytes) -> String? {
    if let address = address(entry) { return address }
    return entry.split(whereSeparator: \.isBlank).lazy.compactMap(address).first
  }

  private static func address(_ bytes: Bytes) -> String? {
    var local = bytes.trimmed
    guard let sign = local.lastIndex(of: 0x40) else { return nil }
    let domain = local[(sign + 1)...].filter { !$0.isBlank }
    local = local[..<sign].trimmed
    if local.first == 0x22, local.last == 0x22, local.count >= 2 {
      let inner = local.dropFirst().dropLast()
      // Quoted without need: `"ann"@acme.test` is ann@acme.test.
      if inner.allSatisfy(isAtom) { local = inner }
    } else if local.contains(where: \.isBlank) {
      let parts = local.split(whereSeparator: \.isBlank)
      // Blanks around a dot, as old programs wrote them; else these are words.
      guard
        parts.dropFirst().allSatisfy({ $0.first == 0x2E }) || parts.dropLast().allSatisfy({ $0.last == 0x2E })
      else { return nil }
      local = parts.flatMap(\.self)[...]
    }
    guard !local.isEmpty, !domain.isEmpty, local.count <= 254, domain.count <= 254,
      (local + domain).allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0x3C && $0 != 0x3E })
    else { return nil }
    return String(decoding: local, as: UTF8.self) + "@"
      + String(decoding: domain.map(\.lowered), as: UTF8.self)
  }

  private static func isAtom(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && !"()<>[]:;@\\,\"".utf8.contains(byte)
  }
}

/// Message-IDs of a field (RFC 5322 section 3.6.4), with their brackets, blanks in them taken away.
enum MessageIDs {
  static func read(_ value: Bytes) -> [String] {
    var found: [String] = []
    var at = value.startIndex
    while found.count < MailLimits.messageIDs, let open = value[at...].firstIndex(of: 0x3C) {
      guard let close = value[open...].firstIndex(of: 0x3E) else { break }
      at = close + 1
      if let id = id(value[(open + 1)..<close]) { found.append(id) }
    }
    // Some programs leave the brackets out.
    if found.isEmpty, let id = id(value), !value.contains(where: \.isBlank) { found.append(id) }
    return found
  }

  private static func id(_ bytes: Bytes) -> String? {
    let kept = bytes.filter { !$0.isBlank }
    guard kept.count <= 250, kept.contains(0x40),
      kept.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x3C && $0 != 0x3E })
    else { return nil }
    return "<" + String(decoding: kept, as: UTF8.self) + ">"
  }
}

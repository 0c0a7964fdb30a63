import FlowTime

/// Why a text is no value of a type.
struct ReadingError: Error, Hashable {
  /// As it follows a colon: `it has no @`.
  var reason: String
  init(_ reason: String) { self.reason = reason }
}

/// A text as a value of type `type`, in the form in which it is kept; whether a zone exists is asked
/// elsewhere.
func readText(_ text: String, as type: ValueType) throws(ReadingError) -> Value {
  switch type {
  case .text: return .text(text)
  case .email: return .text(try readEmail(text))
  case .phone: return .text(try readPhone(text))
  case .url: return .text(try readURL(text))
  case .locale: return .text(try readLocale(text))
  case .timezone:
    let fits = text.utf8.allSatisfy { isWordByte($0) || $0 == 0x2F || $0 == 0x2B }
    guard fits, !text.isEmpty else { throw ReadingError("a zone is written like Europe/Berlin") }
    return .text(text)
  case .oneOf(let words):
    guard words.contains(text) else {
      throw ReadingError("it is not one of " + words.joined(separator: " | "))
    }
    return .text(text)
  case .date:
    guard let date = CivilDate(iso: text) else { throw ReadingError("a date is written 2027-02-28") }
    return .date(date)
  case .instant:
    guard let instant = Instant(rfc3339: text) else {
      throw ReadingError("an instant is written 2027-02-28T09:30:00+01:00")
    }
    return .instant(instant)
  case .duration:
    do throws(DurationError) {
      return .duration(try Duration.parse(data: text))
    } catch {
      throw ReadingError(error.description)
    }
  default: throw ReadingError("a text is no \(type)")
  }
}

/// A letter, a digit, `_` or `-` of ASCII.
private func isWordByte(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F || byte == 0x2D
}

private func isBlankOrControl(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.value < 0x7F { return scalar.value < 0x21 }
  return scalar.value <= 0xA0 || scalar.properties.isWhitespace
}

/// An address that can stand in a header as it is: one `@`, no blanks, no control characters, nothing that
/// ends or groups an address.
private func readEmail(_ text: String) throws(ReadingError) -> String {
  let bytes = Array(text.utf8)
  // Most addresses are plain ASCII without any of them.
  for scalar in text.unicodeScalars where !isPlain(scalar) {
    if isBlankOrControl(scalar) {
      throw ReadingError("an address has no blanks and no control characters")
    }
    if "<>()[],;:\\\"".unicodeScalars.contains(scalar) { throw ReadingError("an address has no \(scalar)") }
  }
  guard let sign = bytes.firstIndex(of: 0x40) else { throw ReadingError("it has no @") }
  guard bytes.lastIndex(of: 0x40) == sign else { throw ReadingError("it has more than one @") }
  let (local, domain) = (bytes[..<sign], bytes[(sign + 1)...])
  guard !local.isEmpty else { throw ReadingError("nothing stands before the @") }
  guard !domain.isEmpty else { throw ReadingError("nothing stands after the @") }
  guard bytes.count <= 254, local.count <= 64 else {
    throw ReadingError("it is longer than an address may be")
  }
  for part in [local, domain] {
    guard part.first != 0x2E, part.last != 0x2E, !contains(part, [0x2E, 0x2E]) else {
      throw ReadingError("a dot stands between two parts")
    }
  }
  return text
}

private func isPlain(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar {
  case "a"..."z", "A"..."Z", "0"..."9", "@", ".", "-", "_", "+": true
  default: false
  }
}

private func contains(_ bytes: ArraySlice<UInt8>, _ part: [UInt8]) -> Bool {
  guard bytes.count >= part.count else { return false }
  return (bytes.startIndex...(bytes.endIndex - part.count)).contains { bytes[$0...].starts(with: part) }
}

/// `+49 170 1234567` becomes `+491701234567` (ITU-T E.164: a plus, 15 digits at most, no leading zero).
private func readPhone(_ text: String) throws(ReadingError) -> String {
  let form = "a number is written +491701234567"
  var digits: [UInt8] = []
  let bytes = Array(text.utf8)
  guard bytes.first == 0x2B else { throw ReadingError("it does not begin with + and the country; \(form)") }
  for byte in bytes.dropFirst() {
    switch byte {
    case 0x30...0x39: digits.append(byte)
    case 0x20, 0x2D: continue
    default: throw ReadingError("only digits, blanks and minuses follow the plus; \(form)")
    }
  }
  guard (7...15).contains(digits.count), digits.first != 0x30 else {
    throw ReadingError("after the plus come 7 to 15 digits, the first no 0")
  }
  return "+" + String(decoding: digits, as: UTF8.self)
}

private func readURL(_ text: String) throws(ReadingError) -> String {
  let lower = text.lowercased()
  let scheme = ["https://", "http://"].first { lower.utf8.starts(with: $0.utf8) }
  guard let scheme else { throw ReadingError("it does not begin with https:// or http://") }
  for scalar in text.unicodeScalars {
    if isBlankOrControl(scalar)
      || "<>\"\\^`{}|".unicodeScalars.contains(scalar)
    {
      throw ReadingError("an address has no blanks, quotes, braces or control characters")
    }
  }
  let rest = Array(text.utf8).dropFirst(scheme.utf8.count)
  let authority = rest.prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 }
  // A name before the host hides where the link leads.
  guard !authority.contains(0x40) else { throw ReadingError("it names a user before the host") }
  let host = authority.prefix { $0 != 0x3A }
  guard !host.isEmpty, host.first != 0x2E else { throw ReadingError("it names no host") }
  let port = authority.dropFirst(host.count)
  if authority.first != 0x5B, !port.isEmpty {
    guard (2...6).contains(port.count), port.dropFirst().allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw ReadingError("its port is no number")
    }
  }
  return text
}

/// A language of two or three letters, then parts of two to eight letters and digits (BCP 47); `de_DE`
/// becomes `de-DE`.
private func readLocale(_ text: String) throws(ReadingError) -> String {
  let form = ReadingError("a locale is written like de or de-CH")
  let parts = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }
  guard let language = parts.first, (2...3).contains(language.utf8.count),
    language.utf8.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) }), parts.count <= 8
  else { throw form }
  for part in parts.dropFirst() {
    let fits = part.utf8.allSatisfy { isWordByte($0) && $0 != 0x5F && $0 != 0x2D }
    guard (1...8).contains(part.utf8.count), fits else { throw form }
  }
  return parts.joined(separator: "-")
}

import FlowTime

/// Why a text is no value of a type.
package struct ReadingError: Error, Hashable {
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
  case .phone: return .text(try AddressForm.phone(text))
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

func isBlankOrControl(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.value < 0x7F { return scalar.value < 0x21 }
  return scalar.value <= 0xA0 || scalar.properties.isWhitespace
}

private func readEmail(_ text: String) throws(ReadingError) -> String {
  if AddressForm.isMailbox(text) { return text }
  throw ReadingError(AddressForm.reason(notMailbox: text))
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

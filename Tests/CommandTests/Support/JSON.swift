import Foundation

/// A value read by Foundation's JSON reader, which is none of ours.
struct JSON {
  let value: Any?

  init(_ value: Any?) { self.value = value is NSNull ? nil : value }

  init(parsing text: String) throws {
    self.init(try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed]))
  }

  subscript(_ key: String) -> JSON { JSON((value as? [String: Any])?[key]) }
  subscript(_ index: Int) -> JSON {
    guard let list = value as? [Any], list.indices.contains(index) else { return JSON(nil) }
    return JSON(list[index])
  }

  var text: String? { value as? String }
  var integer: Int? { (value as? NSNumber)?.intValue }
  var list: [JSON] { (value as? [Any])?.map { JSON($0) } ?? [] }
  var keys: [String] { ((value as? [String: Any])?.keys).map { $0.sorted() } ?? [] }
  var isPresent: Bool { value != nil }

  /// Whether both are the same, numbers by value and keys in any order.
  func isSame(as other: JSON) -> Bool {
    switch (value, other.value) {
    case (nil, nil): true
    case (let mine as NSObject, let theirs as NSObject): mine.isEqual(theirs)
    default: false
    }
  }

  /// With sorted keys, to be read in a failure.
  var written: String {
    guard let value else { return "null" }
    let data = try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "?"
  }
}

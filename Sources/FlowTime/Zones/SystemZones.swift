import Glibc
import Synchronization

/// The zones of this system: TZif files under `/usr/share/zoneinfo`, or where `TZDIR` says.
///
/// A file that holds a zone is read once. Any thread may ask.
public final class SystemZones: ZoneSource {
  /// The folder that is read.
  public let folder: String
  /// From `tzdata.zi` or `+VERSION`; `unknown` where the system has neither.
  public let version: String

  private let cache = Mutex<[String: Zone]>([:])
  private let listed = Mutex<[String]?>(nil)

  /// How many bytes of a file are read at most; the largest zone has 4 kB, `tzdata.zi` 110.
  private static let sizeLimit = 4 << 20

  public convenience init() {
    let given = getenv("TZDIR").map { String(cString: $0) } ?? ""
    self.init(folder: given.isEmpty ? "/usr/share/zoneinfo" : given)
  }

  public init(folder: String) {
    self.folder = folder
    version = Self.version(in: folder)
  }

  public func zone(named name: String) -> Zone? {
    if let known = cache.withLock({ $0[name] }) { return known }
    guard Self.isName(name) else { return nil }
    guard let bytes = Self.read("\(folder)/\(name)"), let zone = try? Zone(name: name, tzif: bytes) else {
      return nil
    }
    // Only what is there is kept, so that foreign names do not fill the memory.
    cache.withLock { $0[name] = zone }
    return zone
  }

  public var names: [String] {
    listed.withLock { list in
      if let list { return list }
      let found = Self.names(in: folder)
      list = found
      return found
    }
  }

  /// Whether a text can be a name in the tz database: parts of letters, digits, `_ + -` with slashes between.
  /// `posix/…` and `right/…` are other forms of the same zones; `localtime` depends on the machine.
  private static func isName(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard name.utf8.count <= 100, let first = parts.first, !barred.contains(String(Substring(first)))
    else { return false }
    return parts.allSatisfy { part in
      part.first?.isLetter == true
        && part.allSatisfy { $0.isLetter || $0.isDigit || $0 == 0x5f || $0 == 0x2b || $0 == 0x2d }
    }
  }

  private static let barred: Set<String> = ["posix", "right", "localtime", "posixrules", "Factory"]

  private static func version(in folder: String) -> String {
    if let bytes = read("\(folder)/tzdata.zi", atMost: 100),
      let line = bytes.split(separator: 0x0a).first, line.starts(with: "# version ".utf8)
    {
      return String(decoding: line.dropFirst(10), as: UTF8.self)
    }
    if let bytes = read("\(folder)/+VERSION", atMost: 100), let line = bytes.split(separator: 0x0a).first {
      return String(decoding: line, as: UTF8.self)
    }
    return "unknown"
  }

  /// The zones and links of `tzdata.zi`, or else what `zone1970.tab` and `zone.tab` name, as far as there is
  /// a file.
  private static func names(in folder: String) -> [String] {
    var names: Set<String> = ["UTC"]
    for line in read("\(folder)/tzdata.zi")?.split(separator: 0x0a) ?? [] {
      let fields = line.split(separator: 0x20)
      if fields.count >= 2, fields[0] == [UInt8(ascii: "Z")] {
        names.insert(String(decoding: fields[1], as: UTF8.self))
      } else if fields.count >= 3, fields[0] == [UInt8(ascii: "L")] {
        names.insert(String(decoding: fields[2], as: UTF8.self))
      }
    }
    if names.count == 1 {
      for table in ["zone1970.tab", "zone.tab"] {
        for line in read("\(folder)/\(table)")?.split(separator: 0x0a) ?? [] where line.first != 0x23 {
          let fields = line.split(separator: 0x09)
          if fields.count >= 3 { names.insert(String(decoding: fields[2], as: UTF8.self)) }
        }
      }
    }
    return names.filter { isName($0) && access("\(folder)/\($0)", R_OK) == 0 }.sorted()
  }

  /// The bytes of a plain file; nil where there is none or it is too large.
  private static func read(_ path: String, atMost limit: Int? = nil) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    let most = limit ?? sizeLimit
    while bytes.count < most {
      let wanted = min(most - bytes.count, 1 << 16)
      let chunk = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
        count = max(0, Glibc.read(file, buffer.baseAddress, wanted))
      }
      if chunk.isEmpty { return bytes.isEmpty ? nil : bytes }
      bytes += chunk
    }
    return limit == nil ? nil : bytes
  }
}

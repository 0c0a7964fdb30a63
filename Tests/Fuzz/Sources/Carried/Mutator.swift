/// Random numbers that are the same for the same seed on every machine (SplitMix64, Steele et al. 2014).
struct Dice {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }

  /// From 0 up to, not including, `bound`; 0 where that is 0.
  mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

  mutating func one<Element>(of all: [Element]) -> Element? { all.isEmpty ? nil : all[below(all.count)] }
}

/// Changes a file the way that a slip of the hand, a bad merge or a broken disk does.
struct Mutator {
  /// Words and lines of all files: what gets in by mistake is mostly something that is right elsewhere.
  let words: [[UInt8]]
  let lines: [[UInt8]]

  init(_ files: [[UInt8]]) {
    lines = files.flatMap { Mutator.lines(of: $0) }
    words =
      Array(Set(files.flatMap { file in Mutator.words(of: file).map { Array(file[$0]) } }))
      .sorted { $0.lexicographicallyPrecedes($1) } + Mutator.traps.map { Array($0.utf8) }
  }

  private static let traps = [
    "", "0", "-1", "9223372036854775808", "1e999", "99999 months", "{{", "}}", "{{ ask }}", "&a", "*a", "!!int", "<<",
    "---", "|", ">-", "\"", "'", "[", "]", "{", "}", "#", ": ", "\t", "\r", "\u{0}", "\u{feff}", "\u{2028}", "é", "👩‍👩‍👧",
    "null", "true", "2027-02-30", "25:00", "sat-mon 22:00-06:00", "Europe/Atlantis", "owner.manager.manager.name",
    "contact ?? contact", "day 0", "day -3", "0 days", "10000 days", "proposal", "reply.text", "not not not true",
  ]

  func mutate(_ file: [UInt8], _ dice: inout Dice) -> [UInt8] {
    var file = file
    for _ in 0...dice.below(3) {
      switch dice.below(10) {
      case 0...3: changeWord(&file, &dice)
      case 4...7: changeLine(&file, &dice)
      default: changeBytes(&file, &dice)
      }
    }
    return file
  }

  // MARK: Words

  private func changeWord(_ file: inout [UInt8], _ dice: inout Dice) {
    guard let range = dice.one(of: Mutator.words(of: file)) else { return }
    let word = Array(file[range])
    switch dice.below(5) {
    case 0: file.removeSubrange(range)
    case 1: file.replaceSubrange(range, with: word + [0x20] + word)
    case 2:
      var changed = word
      changed.swapAt(dice.below(word.count), dice.below(word.count))
      file.replaceSubrange(range, with: changed)
    default: file.replaceSubrange(range, with: dice.one(of: words) ?? [])
    }
  }

  private static func words(of file: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start: Int?
    for (index, byte) in (file + [0x0a]).enumerated() {
      if isOfWord(byte) {
        start = start ?? index
      } else if let begin = start {
        found.append(begin..<index)
        start = nil
      }
    }
    return found
  }

  private static func isOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x2d, 0x2e: true
    default: byte >= 0x80
    }
  }

  // MARK: Lines

  private func changeLine(_ file: inout [UInt8], _ dice: inout Dice) {
    var all = Mutator.lines(of: file)
    guard !all.isEmpty else { return }
    let index = dice.below(all.count)
    switch dice.below(7) {
    case 0: all.remove(at: index)
    case 1: all.insert(all[index], at: dice.below(all.count))
    case 2: all.swapAt(index, dice.below(all.count))
    case 3: all[index] = [0x20, 0x20] + all[index]
    case 4: all[index] = Array(all[index].dropFirst(1 + dice.below(4)))
    case 5: all.insert(dice.one(of: lines) ?? [], at: index)
    default:
      // A whole block, elsewhere.
      let block = Array(all[index..<min(all.count, index + 1 + dice.below(8))])
      all.insert(contentsOf: block, at: dice.below(all.count))
    }
    file = Array(all.joined())
  }

  /// Each with its line end.
  private static func lines(of file: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var line: [UInt8] = []
    for byte in file {
      line.append(byte)
      if byte == 0x0a {
        lines.append(line)
        line = []
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  // MARK: Bytes

  private func changeBytes(_ file: inout [UInt8], _ dice: inout Dice) {
    guard !file.isEmpty else { return }
    let index = dice.below(file.count)
    switch dice.below(5) {
    case 0: file[index] ^= 1 << UInt8(dice.below(8))
    case 1: file.insert(UInt8(dice.below(256)), at: index)
    case 2: file.removeSubrange(index..<min(file.count, index + 1 + dice.below(40)))
    case 3: file.insert(contentsOf: [UInt8](repeating: file[index], count: 1 + dice.below(300)), at: index)
    default: file = Array(file[..<index])
    }
  }
}
